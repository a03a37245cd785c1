"""What every video platform must do, told once; each adapter says how it is played here and inherits it all.

    class TestZoom(Contract):
        @pytest.fixture
        def service(self) -> Iterator[Service]:
            fake = FakeZoom()
            with WebServer(fake.play) as server:
                yield Service(server, at=lambda url: Zoom(url, ...), rooms=lambda: len(fake.meetings), ...)

Those whose service makes no rooms inherit Promises only. A real server takes part through a
WebServer whose `play` passes requests on to it.
"""

import gzip
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

import pytest

from meetings.video.platforms import web
from meetings.video.platforms.base import (
    Ambiguous,
    Garbled,
    Misconfigured,
    Participant,
    Platform,
    Rejected,
    Remembered,
    Retryable,
    Room,
    TooMany,
    VideoError,
)
from tests.webserver import (
    Mood,
    Play,
    Reply,
    Request,
    WebServer,
    breaks_off,
    dribbles,
    hangs_up,
    late,
    loses_answer,
    nobody_at,
    says,
)

STARTS = datetime(2027, 3, 1, 12, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
NEVER_ASKED = Room(
    "m-7-1-" + "0a" * 16, "Mårten’s “Go” & más", STARTS, STARTS + HALF_AN_HOUR, may_exist=False
)
# At another time, so near that at STARTS people may be in either.
LATER = timedelta(minutes=10)
MOVED = replace(
    NEVER_ASKED, name="m-7-2-" + "0b" * 16, starts_at=STARTS + LATER, ends_at=STARTS + LATER + HALF_AN_HOUR
)
EXPERT = Participant("expert-" + "e" * 32, "Žofie Dvořák", is_host=True, page="/room/e/")
CLIENT = Participant("client-" + "c" * 32, "Ada Lovelace", is_host=False, page="/room/c/")
NAMES = ("Žofie Dvořáková", """Ann "O'Neil" <b> & co""", "x" * 200, "محمد العربي", "👩‍🏫", "a+b %20 #?/;=")

NOWHERE = "nowhere"
EVERY_CALL = frozenset({"ensure", "move", "cancel", "presence", "health"})


@dataclass(frozen=True)
class Service:
    """One platform and the service it asks, played on this machine."""

    server: WebServer
    # The platform as a process of ours would have it, asking the service at this address.
    at: Callable[[str], Platform]
    # How many rooms the service has that somebody could be in. Without a look inside: none are needed.
    rooms: Callable[[], int] = lambda: 0
    # Which room a browser gets into by an address from `entry_url`; NOWHERE where it is refused. None: a
    # page of ours, which asks whether the meeting takes place.
    leads_to: Callable[[str], str] | None = None
    # The name that the other person will see, read from an address, where that carries it.
    name_in: Callable[[str], str] | None = None
    # The service forgets all rooms, as by a restart.
    forget: Callable[[], None] = lambda: None
    # The same platform with wrong credentials, where that shows before anybody joins.
    impostor: Callable[[str], Platform] | None = None
    # What must be seen nowhere.
    secrets: tuple[str, ...] = ()
    # Which calls ask the service (inside the window, of a room that exists), and whether those make rooms.
    asks: frozenset[str] = EVERY_CALL
    makes_rooms: bool = True
    # Whether the service itself keeps one room a name; where not, one meeting's calls must never overlap.
    keeps_names: bool = True
    # Whether a moved room stays the same room, so that its addresses stay as they are.
    moves_in_place: bool = False
    # Bad days that this platform is right not to notice.
    fine: frozenset[str] = frozenset()

    @property
    def platform(self) -> Platform:
        return self.at(self.server.url)

    @property
    def one(self) -> int:
        return 1 if self.makes_rooms else 0

    def moods(self, *moods: Mood) -> None:
        self.server.moods.extend(moods)


def ensured(platform: Platform, room: Room, now: datetime = STARTS) -> Room:
    """The room after `ensure`, as it would be stored."""
    return replace(room, remembered=platform.ensure(room, now), may_exist=True)


def asked(room: Room) -> Room:
    """The room after a call whose outcome is not known."""
    return replace(room, may_exist=True)


def behaves(request: Request, play: Play, _connection: object) -> Reply:
    return play(request)


@contextmanager
def impatience() -> Iterator[None]:
    """Wait for platforms for parts of a second only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web, "CONNECT_SECONDS", 0.3)
        patch.setattr(web, "READ_SECONDS", 0.3)
        patch.setattr(web, "WHOLE_SECONDS", 0.5)
        yield


HTML = b"<!doctype html><html><body><h1>It works!</h1><p>\xff</body></html>"
BOMB = b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><response><r>&b;</r></response>'
UNSURE = (Ambiguous, Retryable)


@dataclass(frozen=True)
class BadDay:
    mood: Mood
    kinds: tuple[type[VideoError], ...]


def _in_an_hour() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


BAD_DAYS = {
    "slow": BadDay(late(1.2, acts=False), UNSURE),
    "reset": BadDay(hangs_up, UNSURE),
    "lost": BadDay(loses_answer, UNSURE),
    "truncated": BadDay(breaks_off, UNSURE),
    "dribbling": BadDay(dribbles(0.05), UNSURE),
    "401": BadDay(says(401, b"{}"), (Misconfigured,)),
    "403": BadDay(says(403, HTML), (Misconfigured,)),
    "404": BadDay(says(404, HTML), (Misconfigured,)),
    "409": BadDay(says(409, b"{}"), (Rejected, *UNSURE)),
    "429": BadDay(says(429), (TooMany,)),
    "500": BadDay(says(500, HTML), UNSURE),
    "502": BadDay(says(502, HTML), UNSURE),
    "503": BadDay(says(503, HTML, Retry_After="30"), UNSURE),
    "html": BadDay(says(200, HTML, Content_Type="text/html"), (Garbled,)),
    "empty": BadDay(says(200), (Garbled,)),
    "other json": BadDay(says(200, b'["what?", null]'), (Garbled,)),
    "other xml": BadDay(says(200, b"<response><what>?</what></response>"), (Garbled,)),
    "bomb": BadDay(says(200, BOMB, Content_Type="text/xml"), (Garbled,)),
    "redirect": BadDay(says(302, Location="/elsewhere"), (Misconfigured,)),
    "oversized": BadDay(says(200, b" " * (web.LONGEST_BODY + 1)), (Garbled,)),
    "zipped": BadDay(
        says(200, gzip.compress(b" " * 3 * web.LONGEST_BODY), Content_Encoding="gzip"), (Garbled,)
    ),
}
LOSSES = {"lost": loses_answer, "reset": hangs_up, "truncated": breaks_off, "slow": late(1.2)}


def patience_for(day: str) -> AbstractContextManager[None]:
    """Be impatient where it matters only: a busy machine may take its time over the other answers."""
    return impatience() if day in ("slow", "dribbling") else nullcontext()


class Promises:
    """What `meetings.video.platforms.base.Platform` promises on good days."""

    @pytest.fixture
    def service(self) -> Iterator[Service]:
        raise NotImplementedError("Say here how the platform is played.")

    # --- One room -----------------------------------------------------------------------------------

    def test_nothing_stands_between_agreement_and_meeting(self, service: Service) -> None:
        room = ensured(service.platform, NEVER_ASKED, STARTS - timedelta(days=30))
        room = ensured(service.platform, room, room.opens_at)
        room = ensured(service.platform, room, STARTS)
        assert service.rooms() == service.one
        self.assert_enters(service, room)

    def test_two_ensures_make_one_room(self, service: Service) -> None:
        first = ensured(service.platform, NEVER_ASKED)
        second = ensured(service.platform, first, STARTS + timedelta(minutes=5))
        assert service.rooms() == service.one
        self.assert_enters(service, second)

    def test_forgotten_words_make_no_second_room(self, service: Service) -> None:
        ensured(service.platform, NEVER_ASKED)
        room = ensured(service.platform, asked(NEVER_ASKED), STARTS + timedelta(minutes=5))
        assert service.rooms() == service.one
        self.assert_enters(service, room)

    def test_two_ensures_at_once_make_one_room(self, service: Service) -> None:
        if not service.keeps_names:
            pytest.skip("One meeting's calls never overlap: see the tests of the outbox.")
        with ThreadPoolExecutor(6) as pool:
            times = [STARTS + timedelta(minutes=minute) for minute in range(6)]
            rooms = list(pool.map(lambda now: ensured(service.platform, NEVER_ASKED, now), times))
        assert service.rooms() == service.one
        for room in rooms:
            self.assert_enters(service, room)

    def test_room_that_the_service_forgot_is_made_again(self, service: Service) -> None:
        room = ensured(service.platform, NEVER_ASKED)
        service.forget()
        room = ensured(service.platform, room, STARTS + timedelta(minutes=10))
        assert service.rooms() == service.one
        self.assert_enters(service, room)

    def test_without_rooms_to_make_nothing_is_asked(self, service: Service) -> None:
        if not service.makes_rooms:
            moved = self.moved(service, ensured(service.platform, NEVER_ASKED))
            service.platform.presence(moved)
            service.platform.cancel(moved)
            assert service.server.requests == []

    # --- Cancelling and moving ----------------------------------------------------------------------

    def test_cancelled_room_lets_nobody_in(self, service: Service) -> None:
        room = ensured(service.platform, NEVER_ASKED)
        address = service.platform.entry_url(room, CLIENT, STARTS)
        service.platform.cancel(room)
        service.platform.cancel(room)
        assert service.rooms() == 0
        if service.makes_rooms and service.leads_to:
            assert service.leads_to(address) == NOWHERE

    def test_room_that_was_made_and_not_written_down_is_cancelled(self, service: Service) -> None:
        ensured(service.platform, NEVER_ASKED)
        service.platform.cancel(asked(NEVER_ASKED))
        assert service.rooms() == 0

    @pytest.mark.parametrize("room", [NEVER_ASKED, asked(NEVER_ASKED)], ids=["never asked", "asked perhaps"])
    def test_cancelling_a_room_that_was_never_made(self, service: Service, room: Room) -> None:
        service.platform.cancel(room)
        assert service.rooms() == 0

    def test_cancelling_a_room_that_is_gone(self, service: Service) -> None:
        room = ensured(service.platform, NEVER_ASKED)
        service.forget()
        service.platform.cancel(room)
        assert service.rooms() == 0

    def test_old_address_leads_not_into_the_moved_room(self, service: Service) -> None:
        room = ensured(service.platform, NEVER_ASKED)
        old = service.platform.entry_url(room, CLIENT, STARTS)
        moved = self.moved(service, room)
        assert service.rooms() == service.one
        self.assert_enters(service, moved)
        if service.leads_to and not service.moves_in_place:
            new = service.platform.entry_url(moved, CLIENT, STARTS)
            assert service.leads_to(old) != service.leads_to(new)
        if service.leads_to and service.makes_rooms and not service.moves_in_place:
            assert service.leads_to(old) == NOWHERE

    def test_moving_twice_leaves_one_room(self, service: Service) -> None:
        room = ensured(service.platform, NEVER_ASKED)
        self.moved(service, room)
        moved = self.moved(service, room)
        assert service.rooms() == service.one
        self.assert_enters(service, moved)

    def test_moving_a_room_that_is_gone(self, service: Service) -> None:
        room = ensured(service.platform, NEVER_ASKED)
        service.forget()
        moved = self.moved(service, room)
        assert service.rooms() == service.one
        self.assert_enters(service, moved)

    def test_moving_a_room_that_was_never_made(self, service: Service) -> None:
        moved = self.moved(service, NEVER_ASKED)
        assert service.rooms() == service.one
        self.assert_enters(service, moved)

    # --- Entering -----------------------------------------------------------------------------------

    def test_two_people_have_two_addresses(self, service: Service) -> None:
        platform, room = service.platform, ensured(service.platform, NEVER_ASKED)
        addresses = [platform.entry_url(room, person, STARTS) for person in (EXPERT, CLIENT)]
        assert addresses[0] != addresses[1]
        if service.leads_to:
            assert service.leads_to(addresses[0]) == service.leads_to(addresses[1]) != NOWHERE

    def test_two_rooms_have_two_addresses(self, service: Service) -> None:
        platform = service.platform
        rooms = [ensured(platform, room, STARTS) for room in (NEVER_ASKED, MOVED)]
        if service.leads_to:
            first, second = (service.leads_to(platform.entry_url(room, CLIENT, STARTS)) for room in rooms)
            assert NOWHERE != first != second != NOWHERE

    @pytest.mark.parametrize("name", NAMES)
    def test_any_name_can_enter(self, service: Service, name: str) -> None:
        platform, room = service.platform, ensured(service.platform, NEVER_ASKED)
        address = platform.entry_url(room, replace(CLIENT, name=name), STARTS)
        assert address.isascii()
        assert not set(address) & set(" \"<>'\n\t\\")
        if service.leads_to:
            assert service.leads_to(address) != NOWHERE
        if service.name_in:
            assert service.name_in(address) == name

    @pytest.mark.parametrize("title", [*NAMES, "C", "", "\0\n\x1b[0m", "👩‍🏫" * 80])
    def test_any_title_makes_a_room(self, service: Service, title: str) -> None:
        room = ensured(service.platform, replace(NEVER_ASKED, title=title))
        assert service.rooms() == service.one
        self.assert_enters(service, room)

    def test_address_leads_to_the_origin_that_the_page_allows(self, service: Service) -> None:
        platform, room = service.platform, ensured(service.platform, NEVER_ASKED)
        address = urlsplit(platform.entry_url(room, CLIENT, STARTS))
        assert platform.origin == (f"{address.scheme}://{address.netloc}" if address.netloc else "")

    def test_nobody_is_inside_a_new_room(self, service: Service) -> None:
        assert not service.platform.presence(NEVER_ASKED)
        assert not service.platform.presence(asked(NEVER_ASKED))
        assert not service.platform.presence(ensured(service.platform, NEVER_ASKED))

    # --- Health -------------------------------------------------------------------------------------

    def test_health_changes_nothing(self, service: Service) -> None:
        health = service.platform.health()
        assert health.is_ok
        assert service.rooms() == 0

    @pytest.mark.parametrize("day", BAD_DAYS)
    def test_health_of_a_bad_day(self, service: Service, day: str, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        service.server.always = BAD_DAYS[day].mood
        with patience_for(day):
            health = service.platform.health()
        assert health.is_ok is ("health" not in service.asks or day in service.fine)
        assert health.is_ok or (all(health.words) and health.words)
        self.assert_discreet(service, "".join(health.words), caplog)

    def test_health_with_nobody_there(self, service: Service) -> None:
        with nobody_at() as url:
            health = service.at(url).health()
        assert health.is_ok is ("health" not in service.asks)

    # --- Secrets ------------------------------------------------------------------------------------

    def test_secrets_stay_inside(self, service: Service, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        platform = service.platform
        room = ensured(platform, NEVER_ASKED)
        address = platform.entry_url(room, EXPERT, STARTS)
        platform.presence(room)
        words = "".join(platform.health().words)
        moved = self.moved(service, room)
        platform.cancel(moved)
        said = f"{room!r}{moved!r}{platform!r}{platform!s}{words}"
        self.assert_discreet(service, said, caplog, address)

    # --- Small steps --------------------------------------------------------------------------------

    def assert_enters(self, service: Service, room: Room) -> None:
        """Both people get into one and the same room."""
        addresses = [service.platform.entry_url(room, person, STARTS) for person in (EXPERT, CLIENT)]
        if service.leads_to:
            first, second = map(service.leads_to, addresses)
            assert first == second != NOWHERE

    def assert_discreet(
        self, service: Service, said: str, caplog: pytest.LogCaptureFixture, *addresses: str
    ) -> None:
        """Neither words nor log hold secrets, addresses to enter by, or what was sent."""
        for hidden in (*service.secrets, *addresses):
            assert hidden not in said
            assert hidden not in caplog.text
        for request in service.server.requests:
            assert not request.query or request.query not in said + caplog.text
            assert request.headers.get("Authorization", NOWHERE) not in said + caplog.text

    def moved(self, service: Service, room: Room, target: Room = MOVED) -> Room:
        """The room after `move`, as it would be stored. Of the old one, only what it is called is known."""
        room = replace(room, starts_at=target.starts_at, ends_at=target.ends_at)
        # As it is done in real life: the new room comes with what is remembered of the old one.
        target = replace(target, remembered=room.remembered)
        if service.moves_in_place:
            target = replace(target, may_exist=room.may_exist)
        return replace(target, remembered=service.platform.move(room, target, STARTS), may_exist=True)


class Contract(Promises):
    """What a platform promises whose service is asked for rooms, and on bad days may not answer."""

    # --- Lost answers -------------------------------------------------------------------------------

    @pytest.mark.parametrize("answered", range(5))
    @pytest.mark.parametrize("loss", LOSSES)
    def test_lost_answer_makes_one_room(self, service: Service, loss: str, answered: int) -> None:
        service.moods(*[behaves] * answered, LOSSES[loss])
        room = NEVER_ASKED
        with patience_for(loss), suppress(*UNSURE):
            room = ensured(service.platform, room)
        service.server.moods.clear()
        room = ensured(service.platform, asked(room), STARTS + timedelta(minutes=2))
        assert service.rooms() == service.one
        self.assert_enters(service, room)

    def test_lost_answer_to_cancelling(self, service: Service) -> None:
        room = ensured(service.platform, NEVER_ASKED)
        service.moods(loses_answer)
        with suppress(*UNSURE):
            service.platform.cancel(room)
        service.platform.cancel(room)
        assert service.rooms() == 0

    @pytest.mark.parametrize("answered", range(3))
    def test_lost_answer_to_moving_leaves_one_room(self, service: Service, answered: int) -> None:
        room = ensured(service.platform, NEVER_ASKED)
        service.moods(*[behaves] * answered, loses_answer)
        with suppress(*UNSURE):
            self.moved(service, room)
        service.server.moods.clear()
        moved = self.moved(service, room, asked(MOVED))
        assert service.rooms() == service.one
        self.assert_enters(service, moved)

    # --- Bad days -----------------------------------------------------------------------------------

    @pytest.mark.parametrize("call", sorted(EVERY_CALL - {"health"}))
    @pytest.mark.parametrize("day", BAD_DAYS)
    def test_bad_day(self, service: Service, day: str, call: str, caplog: pytest.LogCaptureFixture) -> None:
        room = NEVER_ASKED if call == "ensure" else ensured(service.platform, NEVER_ASKED)
        service.server.requests.clear()
        service.server.always = BAD_DAYS[day].mood
        caplog.set_level(logging.DEBUG)
        if call not in service.asks:
            self.call(service.platform, call, room)
            assert service.server.requests == []
            return
        started = time.monotonic()
        with patience_for(day), pytest.raises(BAD_DAYS[day].kinds) as caught:
            self.call(service.platform, call, room)
        assert time.monotonic() - started < 5
        self.assert_discreet(service, f"{caught.value!s}{caught.value!r}{caught.value.words}", caplog)
        assert "/elsewhere" not in {request.path for request in service.server.requests}
        service.server.always = None
        after = self.call(service.platform, call, asked(room))
        if call == "ensure":
            assert service.rooms() == service.one
            self.assert_enters(service, replace(asked(room), remembered=after))

    @pytest.mark.parametrize("call", sorted(EVERY_CALL - {"health"}))
    def test_nobody_there(self, service: Service, call: str) -> None:
        room = NEVER_ASKED if call == "ensure" else ensured(service.platform, NEVER_ASKED)
        with nobody_at() as url:
            if call not in service.asks:
                self.call(service.at(url), call, room)
                return
            with pytest.raises(Retryable):
                self.call(service.at(url), call, room)

    @pytest.mark.parametrize(
        ("words", "seconds"), [("7", 7), (_in_an_hour, 3600), ("", None), ("soon", None), ("-3", None)]
    )
    def test_pause_that_is_asked_for(
        self, service: Service, words: str | Callable[[], str], seconds: int | None
    ) -> None:
        service.server.always = says(429, Retry_After=words if isinstance(words, str) else words())
        with pytest.raises(TooMany) as caught:
            service.platform.ensure(NEVER_ASKED, STARTS)
        if seconds is None:
            assert caught.value.after is None
        else:
            assert caught.value.after is not None
            assert abs(caught.value.after.total_seconds() - seconds) < 60

    def test_wrong_credentials_are_named(self, service: Service) -> None:
        if service.impostor is None:
            return
        impostor = service.impostor(service.server.url)
        with pytest.raises(Misconfigured):
            impostor.ensure(NEVER_ASKED, STARTS)
        assert not impostor.health().is_ok
        assert service.rooms() == 0

    # --- Small steps --------------------------------------------------------------------------------

    def call(self, platform: Platform, name: str, room: Room) -> Remembered:
        match name:
            case "ensure":
                return platform.ensure(room, STARTS)
            case "move":
                return platform.move(room, replace(MOVED, remembered=room.remembered), STARTS)
            case "cancel":
                platform.cancel(room)
            case "presence":
                platform.presence(room)
        return {}
