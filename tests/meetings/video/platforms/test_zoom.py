import json
import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from meetings.video.platforms import platform as named
from meetings.video.platforms.base import (
    Ambiguous,
    Garbled,
    Gone,
    Misconfigured,
    Rejected,
    Retryable,
    Room,
    VideoError,
)
from meetings.video.platforms.zoom import Zoom
from meetings.video.platforms.zoom_api import Tokens
from tests.meetings.video.platforms.contract import (
    BAD_DAYS,
    CLIENT,
    EVERY_CALL,
    EXPERT,
    MOVED,
    NEVER_ASKED,
    STARTS,
    Contract,
    Service,
    asked,
    behaves,
    ensured,
    impatience,
)
from tests.meetings.video.platforms.fake_zoom import (
    CLIENT_SECRET,
    GIVEN,
    OLDER_SCOPES,
    TOKEN,
    ZAK,
    FakeZoom,
    calls,
    says_json,
    zoom_at,
)
from tests.webserver import WebServer, hangs_up, loses_answer, nobody_at, says

PARIS = ZoneInfo("Europe/Paris")


def played(server: WebServer, fake: FakeZoom, tokens: Tokens | None = None) -> Service:
    """Zoom; with `tokens` as in a process that has asked before."""

    def at(url: str) -> Zoom:
        return zoom_at(url, fake, tokens=tokens if tokens and url == server.url else Tokens())

    return Service(
        server,
        at=at,
        rooms=lambda: len(fake.meetings),
        leads_to=fake.leads_to,
        name_in=lambda address: parse_qs(urlsplit(address).query)["uname"][0],
        forget=fake.meetings.clear,
        impostor=lambda url: zoom_at(url, fake, secret="wrong"),
        secrets=(CLIENT_SECRET, TOKEN, ZAK),
        asks=EVERY_CALL - {"presence"},
        # Two of one name are possible for a moment: see the tests of two at once below.
        keeps_names=False,
    )


class TestZoom(Contract):
    @pytest.fixture
    def service(self) -> Iterator[Service]:
        fake = FakeZoom()
        with WebServer(fake.play) as server:
            yield played(server, fake)

    def test_address_leads_to_the_origin_that_the_page_allows(self, service: Service) -> None:
        """Zoom decides by account and region which of its hosts a link leads to."""
        platform, room = service.platform, ensured(service.platform, NEVER_ASKED)
        address = urlsplit(platform.entry_url(room, CLIENT, STARTS))
        assert platform.origin.split() == ["https://zoom.us", "https://*.zoom.us"]
        assert (address.scheme, address.netloc) == ("https", "us02web.zoom.us")


class TestZoomBehindAToken:
    """In a process that has a token already, so that bad days befall meetings and not the token."""

    @pytest.fixture
    def service(self) -> Iterator[Service]:
        fake = FakeZoom()
        with WebServer(fake.play) as server:
            service = played(server, fake, Tokens())
            assert service.platform.health().is_ok
            yield service

    @pytest.mark.parametrize("call", ["cancel", "ensure", "move"])
    @pytest.mark.parametrize("day", BAD_DAYS)
    def test_bad_day(self, service: Service, day: str, call: str, caplog: pytest.LogCaptureFixture) -> None:
        if call in ("move", "cancel") and day in ("truncated", "dribbling"):
            pytest.skip("Where the answer has no body, none of it is missing.")
        TestZoom().test_bad_day(service, day, call, caplog)


# --- Small steps --------------------------------------------------------------------------------------


@pytest.fixture
def fake() -> FakeZoom:
    return FakeZoom()


@pytest.fixture
def server(fake: FakeZoom) -> Iterator[WebServer]:
    with WebServer(fake.play) as server:
        yield server


@pytest.fixture
def zoom(server: WebServer, fake: FakeZoom) -> Zoom:
    return zoom_at(server.url, fake)


def the_meeting(fake: FakeZoom) -> dict[str, Any]:
    (meeting,) = fake.meetings.values()
    return meeting


def outcome(call: Callable[[], Any]) -> str:
    """Whatever somebody could see of a call."""
    try:
        return repr(call())
    except VideoError as problem:
        return f"{problem!s}{problem!r}{problem.words}"


def stray(fake: FakeZoom, room: Room, number: int, made_at: str) -> None:
    """A meeting that somebody else made for the same room."""
    fake.meetings[number] = dict(the_meeting(fake), id=number, created_at=made_at, agenda=room.name)


# --- What Zoom is told ----------------------------------------------------------------------------------


def test_meeting_is_told_completely(zoom: Zoom, fake: FakeZoom, server: WebServer) -> None:
    zoom.ensure(NEVER_ASKED, STARTS)
    (posted,) = [
        request for request in server.requests if request.path.endswith("/meetings") and request.body
    ]
    sent = json.loads(posted.body)
    password = sent.pop("password")
    assert re.fullmatch(r"[A-Za-z0-9@_*-]{10}", password)
    assert sent == {
        "type": 2,
        "topic": "Mårten’s “Go” & más",
        "agenda": NEVER_ASKED.name,
        "start_time": "2027-03-01T12:00:00Z",
        "timezone": "UTC",
        "duration": 30,
        "settings": {
            "join_before_host": True,
            "jbh_time": 0,
            "waiting_room": False,
            "approval_type": 2,
            "meeting_authentication": False,
            "use_pmi": False,
            "auto_recording": "none",
            "email_notification": False,
            "alternative_hosts_email_notification": False,
            "registrants_email_notification": False,
            "registrants_confirmation_email": False,
        },
    }


def test_passwords_are_random_and_of_all_kinds(zoom: Zoom, fake: FakeZoom) -> None:
    passwords = set()
    for number in range(20):
        zoom.ensure(replace(NEVER_ASKED, name=f"m-{number}"), STARTS)
    for meeting in fake.meetings.values():
        passwords.add(meeting["password"])
        for kind in ("[a-z]", "[A-Z]", "[0-9]", "[@*_-]"):
            assert re.search(kind, meeting["password"])
    assert len(passwords) == 20


@pytest.mark.parametrize(("fold", "start"), [(0, "2026-10-25T00:30:00Z"), (1, "2026-10-25T01:30:00Z")])
def test_start_in_the_doubled_hour_is_told_in_utc(zoom: Zoom, fake: FakeZoom, fold: int, start: str) -> None:
    starts_at = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=fold)
    ends_at = (starts_at.astimezone(UTC) + timedelta(hours=1)).astimezone(PARIS)
    zoom.ensure(replace(NEVER_ASKED, starts_at=starts_at, ends_at=ends_at), STARTS)
    assert the_meeting(fake)["start_time"] == start
    assert the_meeting(fake)["duration"] == 60


@pytest.mark.parametrize(("seconds", "minutes"), [(60, 1), (61, 2), (5400, 90)])
def test_duration_is_never_too_short(zoom: Zoom, fake: FakeZoom, seconds: int, minutes: int) -> None:
    zoom.ensure(replace(NEVER_ASKED, ends_at=STARTS + timedelta(seconds=seconds)), STARTS)
    assert the_meeting(fake)["duration"] == minutes


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("x" * 300, "x" * 200),
        ("👩" * 150, "👩" * 100),
        ("y" + "👩" * 100, "y" + "👩" * 99),
        (" \0\n ", "Meeting"),
    ],
)
def test_topic_is_cut_as_zoom_counts(zoom: Zoom, fake: FakeZoom, title: str, topic: str) -> None:
    zoom.ensure(replace(NEVER_ASKED, title=title), STARTS)
    assert the_meeting(fake)["topic"] == topic


def test_only_the_number_is_remembered(zoom: Zoom, fake: FakeZoom) -> None:
    assert zoom.ensure(NEVER_ASKED, STARTS) == {"id": str(the_meeting(fake)["id"])}


def test_zoom_mails_nobody(zoom: Zoom, fake: FakeZoom) -> None:
    room = ensured(zoom, NEVER_ASKED)
    moved = replace(MOVED, remembered=zoom.move(room, MOVED, STARTS))
    zoom.cancel(moved)
    assert fake.mails == []


# --- One meeting ----------------------------------------------------------------------------------------


def test_certainly_new_room_is_made_without_looking_before(zoom: Zoom, server: WebServer) -> None:
    zoom.ensure(NEVER_ASKED, STARTS)
    meetings = "/users/host%2Bvideo@example.org/meetings"
    assert calls(server) == ["POST /oauth/token", f"POST {meetings}", f"GET {meetings}"]


def test_lost_answer_is_ambiguous_and_the_meeting_is_found(
    zoom: Zoom, fake: FakeZoom, server: WebServer
) -> None:
    zoom.api.token()
    server.moods.append(loses_answer)
    with pytest.raises(Ambiguous):
        zoom.ensure(NEVER_ASKED, STARTS)
    room = ensured(zoom, asked(NEVER_ASKED))
    assert room.remembered == {"id": str(the_meeting(fake)["id"])}
    assert fake.made == 1


def test_broken_gateway_while_making_is_ambiguous(zoom: Zoom, fake: FakeZoom, server: WebServer) -> None:
    """A gateway may give up on a Zoom that goes on."""
    zoom.api.token()

    def acts_and_fails(request: Any, play: Any, _connection: Any) -> Any:
        return replace(play(request), status=504)

    server.moods.append(acts_and_fails)
    with pytest.raises(Ambiguous):
        zoom.ensure(NEVER_ASKED, STARTS)
    ensured(zoom, asked(NEVER_ASKED))
    assert fake.made == 1


def test_meeting_is_found_on_the_last_page(zoom: Zoom, fake: FakeZoom, server: WebServer) -> None:
    fake.page_size = 3
    for number in range(10):
        zoom.ensure(replace(NEVER_ASKED, name=f"m-{number}"), STARTS)
    server.requests.clear()
    first = min(fake.meetings)
    room = replace(asked(NEVER_ASKED), name=fake.meetings[first]["agenda"])
    assert zoom.ensure(room, STARTS) == {"id": str(first)}
    assert [request.parameters.get("next_page_token") for request in server.requests] == [
        None,
        "page-3",
        "page-6",
        "page-9",
    ]


def test_list_without_an_end_is_not_read_for_ever(zoom: Zoom, server: WebServer) -> None:
    zoom.api.token()
    server.always = says(200, b'{"meetings": [], "next_page_token": "again"}')
    with pytest.raises(Garbled):
        zoom.ensure(asked(NEVER_ASKED), STARTS)
    assert len(server.requests) < 100


def test_name_within_another_is_not_taken_for_it(zoom: Zoom, fake: FakeZoom) -> None:
    zoom.ensure(replace(NEVER_ASKED, name=NEVER_ASKED.name + "0"), STARTS)
    zoom.ensure(asked(NEVER_ASKED), STARTS)
    assert len(fake.meetings) == 2


def test_words_that_a_person_added_do_not_hide_the_meeting(zoom: Zoom, fake: FakeZoom) -> None:
    zoom.ensure(NEVER_ASKED, STARTS)
    the_meeting(fake)["agenda"] = f"Please keep!\n{NEVER_ASKED.name}"
    zoom.ensure(asked(NEVER_ASKED), STARTS)
    assert fake.made == 1


def test_of_two_with_one_name_the_first_is_kept(zoom: Zoom, fake: FakeZoom) -> None:
    zoom.ensure(NEVER_ASKED, STARTS)
    stray(fake, NEVER_ASKED, 90_000_000_000, "2020-01-01T00:00:00Z")
    stray_of_another = dict(fake.meetings[90_000_000_000], id=7, agenda="m-8-1-ff")
    fake.meetings[7] = stray_of_another
    assert zoom.ensure(asked(NEVER_ASKED), STARTS) == {"id": "90000000000"}
    assert set(fake.meetings) == {7, 90_000_000_000}


def test_many_at_once_leave_one_meeting(zoom: Zoom, fake: FakeZoom, server: WebServer) -> None:
    """All are made in the same second, so that chance decides which counts as the first."""
    barrier = Barrier(6)

    def ensure(_: int) -> Room:
        mine = zoom_at(server.url, fake)
        barrier.wait(5)
        return ensured(mine, NEVER_ASKED)

    with ThreadPoolExecutor(6) as pool:
        rooms = list(pool.map(ensure, range(6)))
    assert fake.made == 6
    assert len(fake.meetings) == 1
    again = [ensured(zoom, room) for room in rooms]
    assert {room.remembered["id"] for room in again} == {str(the_meeting(fake)["id"])}
    assert fake.made == 6


def test_meeting_gone_at_zoom_is_made_again(zoom: Zoom, fake: FakeZoom) -> None:
    room = ensured(zoom, NEVER_ASKED)
    fake.meetings.clear()
    again = ensured(zoom, room)
    assert again.remembered == {"id": str(the_meeting(fake)["id"])}


def test_account_that_insists_on_the_host_is_named_and_leaves_nothing(zoom: Zoom, fake: FakeZoom) -> None:
    fake.waiting_room_is_locked = True
    with pytest.raises(Misconfigured, match="waiting room"):
        zoom.ensure(NEVER_ASKED, STARTS)
    assert fake.meetings == {}


# --- Moving and cancelling ----------------------------------------------------------------------------


def test_moving_changes_time_name_and_password(zoom: Zoom, fake: FakeZoom) -> None:
    room = ensured(zoom, NEVER_ASKED)
    before = dict(the_meeting(fake))
    assert zoom.move(room, replace(MOVED, title="Go"), STARTS) == room.remembered
    after = the_meeting(fake)
    assert (after["start_time"], after["agenda"], after["topic"]) == (
        f"{MOVED.starts_at:%Y-%m-%dT%H:%M:%SZ}",
        MOVED.name,
        "Go",
    )
    assert after["password"] != before["password"]


def test_moving_without_a_number_finds_the_meeting_by_name(zoom: Zoom, fake: FakeZoom) -> None:
    zoom.ensure(NEVER_ASKED, STARTS)
    zoom.move(asked(NEVER_ASKED), MOVED, STARTS)
    assert (the_meeting(fake)["agenda"], fake.made) == (MOVED.name, 1)


def test_moving_without_a_number_finds_what_was_moved_already(zoom: Zoom, fake: FakeZoom) -> None:
    zoom.ensure(MOVED, STARTS)
    zoom.move(asked(NEVER_ASKED), asked(MOVED), STARTS)
    assert (the_meeting(fake)["agenda"], fake.made) == (MOVED.name, 1)


def test_former_name_is_forgotten_after_moving(zoom: Zoom, fake: FakeZoom) -> None:
    """A cancelled wish in between takes nothing away from the date in force."""
    room = ensured(zoom, NEVER_ASKED)
    zoom.move(room, MOVED, STARTS)
    zoom.cancel(asked(NEVER_ASKED))
    assert the_meeting(fake)["agenda"] == MOVED.name


@pytest.mark.parametrize("is_known", [True, False])
def test_running_meeting_is_ended_and_deleted(
    zoom: Zoom, fake: FakeZoom, server: WebServer, is_known: bool
) -> None:
    room = ensured(zoom, NEVER_ASKED)
    number = room.remembered["id"]
    fake.running.add(int(number))
    server.requests.clear()
    zoom.cancel(room if is_known else asked(NEVER_ASKED))
    assert (fake.meetings, fake.running) == ({}, set())
    assert calls(server)[-3:] == [
        f"DELETE /meetings/{number}",
        f"PUT /meetings/{number}/status",
        f"DELETE /meetings/{number}",
    ]


def test_meeting_that_takes_its_time_to_end_is_tried_later(zoom: Zoom, fake: FakeZoom) -> None:
    room = ensured(zoom, NEVER_ASKED)
    fake.running.add(int(room.remembered["id"]))
    fake.ends_at_once = False
    with pytest.raises(Retryable):
        zoom.cancel(room)
    fake.ends_at_once = True
    zoom.cancel(room)
    assert fake.meetings == {}


def test_meeting_that_is_over_needs_no_deleting(zoom: Zoom, fake: FakeZoom) -> None:
    room = ensured(zoom, NEVER_ASKED)
    the_meeting(fake)["is_over"] = True
    zoom.cancel(room)


def test_meeting_that_zoom_does_not_delete_is_told(zoom: Zoom, fake: FakeZoom, server: WebServer) -> None:
    room = ensured(zoom, NEVER_ASKED)
    refusal = says_json(400, 3018, "Not allowed to delete PMI.")
    server.moods.extend([refusal, behaves, refusal])
    with pytest.raises(Rejected, match="3018"):
        zoom.cancel(room)
    zoom.cancel(room)


def test_meeting_gone_in_other_words_is_gone(zoom: Zoom, fake: FakeZoom, server: WebServer) -> None:
    room = ensured(zoom, NEVER_ASKED)
    fake.meetings.clear()
    gone = says_json(400, 300, "Meeting 81 is not found or has expired.")
    server.moods.extend([gone, gone, gone])
    zoom.cancel(room)
    assert not server.moods


def test_cancelling_what_was_certainly_never_asked_asks_nothing(zoom: Zoom, server: WebServer) -> None:
    zoom.cancel(NEVER_ASKED)
    assert server.requests == []


# --- Entering -------------------------------------------------------------------------------------------


def test_address_is_asked_at_the_click_and_carries_no_key_of_the_host(zoom: Zoom, fake: FakeZoom) -> None:
    room = ensured(zoom, NEVER_ASKED)
    before = zoom.entry_url(room, EXPERT, STARTS)
    the_meeting(fake)["password"] = "another"
    after = zoom.entry_url(room, EXPERT, STARTS)
    assert fake.leads_to(before) != fake.leads_to(after) == room.remembered["id"]
    assert ZAK not in before + after


@pytest.mark.parametrize("room", [NEVER_ASKED, replace(NEVER_ASKED, remembered={"id": "81"})])
def test_nobody_enters_what_is_not_there(zoom: Zoom, room: Room) -> None:
    with pytest.raises(Gone):
        zoom.entry_url(room, CLIENT, STARTS)


@pytest.mark.parametrize(
    "link", ["", "http://zoom.us/j/1", "https://zoom.us.example.org/j/1", "javascript:1"]
)
def test_nobody_is_led_elsewhere_than_to_zoom(zoom: Zoom, server: WebServer, link: str) -> None:
    room = ensured(zoom, NEVER_ASKED)
    server.moods.append(says(200, json.dumps({"id": 1, "join_url": link}).encode()))
    with pytest.raises(Garbled):
        zoom.entry_url(room, CLIENT, STARTS)


def test_zoom_tells_nobody_who_is_inside(zoom: Zoom) -> None:
    assert zoom.presence(ensured(zoom, NEVER_ASKED)) is None
    assert zoom.stage(NEVER_ASKED, CLIENT, STARTS) is None


# --- Set-up and health --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GIVEN)
def test_set_up_without_something_names_it(name: str) -> None:
    with pytest.raises(Misconfigured, match=f"^{name} is not set.$"):
        named("zoom", GIVEN | {name: ""})
    with pytest.raises(Misconfigured, match=name):
        Zoom.configured({key: value for key, value in GIVEN.items() if key != name})


def test_set_up_is_complete() -> None:
    assert isinstance(named("zoom", GIVEN), Zoom)
    assert CLIENT_SECRET not in repr(named("zoom", GIVEN))


def test_health_of_an_app_with_older_scopes(zoom: Zoom, fake: FakeZoom) -> None:
    fake.scopes = dict(OLDER_SCOPES)
    assert zoom.health().is_ok


def test_health_tells_what_one_host_is_not_enough_for(zoom: Zoom) -> None:
    assert "one meeting at a time" in zoom.health().words[0]


def test_health_names_every_missing_scope(zoom: Zoom, fake: FakeZoom) -> None:
    del fake.scopes["DELETE /meetings/*"], fake.scopes["PUT /meetings/*/status"]
    health = zoom.health()
    assert not health.is_ok
    assert health.words == (
        "The Zoom app lacks scopes: meeting:delete:meeting:admin, meeting:update:status:admin.",
    )


def test_health_judges_the_app_as_it_is_now(zoom: Zoom, fake: FakeZoom) -> None:
    zoom.api.token()
    scope = fake.scopes.pop("DELETE /meetings/*")
    assert not zoom.health().is_ok
    fake.scopes["DELETE /meetings/*"] = scope
    assert zoom.health().is_ok


def test_scope_given_a_moment_ago_is_seen_at_once(zoom: Zoom, fake: FakeZoom) -> None:
    scope = fake.scopes.pop("POST /users/*/meetings")
    assert not zoom.health().is_ok
    with pytest.raises(Misconfigured, match=scope):
        zoom.ensure(NEVER_ASKED, STARTS)
    fake.scopes["POST /users/*/meetings"] = scope
    zoom.ensure(NEVER_ASKED, STARTS)
    assert zoom.health().is_ok


def test_health_names_a_host_that_does_not_exist(server: WebServer, fake: FakeZoom) -> None:
    health = zoom_at(server.url, fake, host="stranger@example.org").health()
    assert not health.is_ok
    assert "ZOOM_HOST" in health.words[0]


def test_health_without_zoom(fake: FakeZoom) -> None:
    with nobody_at() as url:
        health = zoom_at(url, fake).health()
    assert (health.is_ok, health.words) == (False, ("127.0.0.1 cannot be reached.",))


# --- Secrets --------------------------------------------------------------------------------------------


def test_nothing_secret_is_said_or_logged(
    zoom: Zoom, fake: FakeZoom, server: WebServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="urllib3")
    said, room = list[str](), asked(NEVER_ASKED)
    with impatience():
        for mood in (behaves, loses_answer, hangs_up, says_json(400, 300, f"{TOKEN} {ZAK}")):
            for call in (
                lambda: zoom.ensure(room, STARTS),
                lambda: zoom.move(room, MOVED, STARTS),
                lambda: zoom.entry_url(ensured(zoom, room), CLIENT, STARTS) and None,
                lambda: zoom.cancel(room),
            ):
                server.moods.append(mood)
                said.append(outcome(call))
                server.moods.clear()
            passwords = [meeting["password"] for meeting in fake.meetings.values()]
            health = zoom.health()
            everything = "".join([*said, caplog.text, repr(zoom), repr(zoom.api), *health.words])
            for hidden in (CLIENT_SECRET, TOKEN, ZAK, "join_url", "pwd=", *passwords):
                assert hidden not in everything
    assert "HTTP/1.1" in caplog.text
