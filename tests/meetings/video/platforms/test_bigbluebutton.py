from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from meetings.video.platforms import PLATFORMS
from meetings.video.platforms.base import Garbled, Gone, Misconfigured, Rejected, Retryable
from meetings.video.platforms.bigbluebutton import BigBlueButton, checksum
from tests.meetings.video.platforms.contract import (
    CLIENT,
    EXPERT,
    MOVED,
    NEVER_ASKED,
    NOWHERE,
    STARTS,
    Contract,
    Service,
    asked,
    ensured,
)
from tests.meetings.video.platforms.fake_bigbluebutton import SECRET, FakeBigBlueButton, failed
from tests.webserver import WebServer, loses_answer, says

MINUTE = timedelta(minutes=1)


def bigbluebutton(url: str, secret: str = SECRET) -> BigBlueButton:
    return BigBlueButton(f"{url}/bigbluebutton", secret)


@pytest.fixture
def fake() -> FakeBigBlueButton:
    return FakeBigBlueButton()


@pytest.fixture
def server(fake: FakeBigBlueButton) -> Iterator[WebServer]:
    with WebServer(fake.play) as web_server:
        yield web_server


@pytest.fixture
def platform(server: WebServer) -> BigBlueButton:
    return bigbluebutton(server.url)


class TestBigBlueButton(Contract):
    @pytest.fixture
    def service(self, fake: FakeBigBlueButton, server: WebServer) -> Service:
        return Service(
            server,
            at=bigbluebutton,
            rooms=fake.rooms,
            leads_to=fake.opens,
            name_in=lambda address: parse_qs(urlsplit(address).query)["fullName"][0],
            forget=fake.meetings.clear,
            impostor=lambda url: bigbluebutton(url, SECRET[:-1] + "c"),
            secrets=(SECRET,),
        )


class TestChecksum:
    @pytest.mark.parametrize(
        ("call", "query", "expected"),
        [
            (
                "create",
                "name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444",
                "da9185f7f333cfdfcd6eeac32dca3777510c4c436020d8b887ba5515bd1d189e",
            ),
            ("getMeetings", "", "a5370c5f3d97d56d53b435684cdbc429c2898a3bf9f435518b4279e1e0dbfc8c"),
            (
                "isMeetingRunning",
                "meetingID=abc123",
                "0d7030d1b5af6624c3e8909540eb2747a33d993a4951fb3bde9462025e41dcdb",
            ),
            ("end", "meetingID=abc123", "13a3a2f0c18c6fe1b4da6d56703bdabd2229956a0dc51a49ef0159df9d037a06"),
        ],
    )
    def test_is_the_pinned_one(self, call: str, query: str, expected: str) -> None:
        assert checksum(call, query, SECRET) == expected

    def test_is_of_exactly_what_is_sent(self, platform: BigBlueButton, server: WebServer) -> None:
        ensured(platform, replace(NEVER_ASKED, title="á+b%20c'd\"e&f=g?h#i/j;k"))
        query, _, given = server.requests[0].query.rpartition("&checksum=")
        assert given == checksum("create", query, SECRET)
        assert server.requests[0].parameters["name"] == "á+b%20c'd\"e&f=g?h#i/j;k"


class TestWindow:
    @pytest.mark.parametrize("now", [NEVER_ASKED.opens_at - timedelta(seconds=1), NEVER_ASKED.closes_at])
    def test_outside_nothing_is_asked(self, platform: BigBlueButton, server: WebServer, now: object) -> None:
        assert platform.ensure(NEVER_ASKED, now) == {}
        remembered = {"query": "q", "createTime": "1"}
        assert platform.ensure(replace(NEVER_ASKED, remembered=remembered), now) == remembered
        assert server.requests == []

    @pytest.mark.parametrize(
        ("now", "minutes"),
        [
            (NEVER_ASKED.opens_at, 15 + 30 + 60),
            (STARTS, 90),
            (STARTS + timedelta(seconds=1), 90),
            (STARTS + MINUTE, 89),
            (NEVER_ASKED.closes_at - timedelta(seconds=1), 1),
        ],
    )
    def test_server_ends_the_room_with_the_window(
        self, platform: BigBlueButton, fake: FakeBigBlueButton, now: object, minutes: int
    ) -> None:
        platform.ensure(NEVER_ASKED, now)
        assert fake.meetings[NEVER_ASKED.name].minutes == minutes

    def test_unused_room_stays_for_the_whole_window(self, platform: BigBlueButton, server: WebServer) -> None:
        platform.ensure(NEVER_ASKED, STARTS)
        sent = server.requests[0].parameters
        assert sent["meetingExpireIfNoUserJoinedInMinutes"] == sent["duration"] == "90"
        assert sent["meetingExpireWhenLastUserLeftInMinutes"] == "90"

    def test_same_query_is_repeated_to_the_letter(self, platform: BigBlueButton, server: WebServer) -> None:
        room = ensured(platform, NEVER_ASKED, NEVER_ASKED.opens_at)
        again = ensured(platform, replace(room, title="Renamed"), STARTS)
        assert again.remembered == room.remembered
        assert server.requests[0].query == server.requests[1].query
        assert len(server.requests) == 2

    def test_nothing_secret_is_remembered(self, platform: BigBlueButton, server: WebServer) -> None:
        room = ensured(platform, NEVER_ASKED)
        assert set(room.remembered) == {"query", "createTime"}
        assert f"{room.remembered['query']}&checksum=" in server.requests[0].query
        assert "checksum" not in room.remembered["query"]
        assert "PW" not in room.remembered["query"]


class TestVersionsThatKnowNoRepeats:
    """A repeated query is refused as another room of that name."""

    @pytest.fixture(autouse=True)
    def forgetful(self, fake: FakeBigBlueButton) -> None:
        fake.knows_repeats = False

    def test_room_is_found_again(self, platform: BigBlueButton, fake: FakeBigBlueButton) -> None:
        first = ensured(platform, NEVER_ASKED)
        again = ensured(platform, first, STARTS + MINUTE)
        assert again.remembered == first.remembered
        assert fake.created == [NEVER_ASKED.name]

    def test_room_whose_answer_was_lost_is_found(
        self, platform: BigBlueButton, fake: FakeBigBlueButton, server: WebServer
    ) -> None:
        server.moods.append(loses_answer)
        with pytest.raises(Exception, match="hung up"):
            platform.ensure(NEVER_ASKED, STARTS)
        room = ensured(platform, asked(NEVER_ASKED), STARTS + MINUTE)
        assert room.remembered["createTime"] == str(fake.meetings[NEVER_ASKED.name].create_time)
        assert fake.opens(platform.entry_url(room, CLIENT, STARTS)) == NEVER_ASKED.name
        assert fake.created == [NEVER_ASKED.name]

    def test_room_that_ends_meanwhile_is_a_bad_moment(
        self, platform: BigBlueButton, server: WebServer
    ) -> None:
        ensured(platform, NEVER_ASKED)
        server.moods.append(lambda request, play, _connection: play(request))
        server.moods.append(failed("notFound"))
        with pytest.raises(Retryable, match="is gone again"):
            platform.ensure(asked(NEVER_ASKED), STARTS)


class TestEnded:
    def test_ended_for_good_is_said(self, platform: BigBlueButton, fake: FakeBigBlueButton) -> None:
        room = ensured(platform, NEVER_ASKED)
        fake.meetings[room.name].ended = fake.ends_for_good = True
        with pytest.raises(Rejected, match="ended this room in BigBlueButton for good"):
            platform.ensure(room, STARTS)

    def test_ended_room_that_is_still_listed(self, platform: BigBlueButton, server: WebServer) -> None:
        ended = "<hasBeenForciblyEnded>true</hasBeenForciblyEnded><createTime>1</createTime>"
        body = f"<response><returncode>SUCCESS</returncode>{ended}</response>"
        server.always = says(200, body.encode())
        with pytest.raises(Rejected, match="ended this room in BigBlueButton for good"):
            platform.ensure(NEVER_ASKED, STARTS)

    def test_ended_by_a_host_it_can_be_made_anew(
        self, platform: BigBlueButton, fake: FakeBigBlueButton
    ) -> None:
        room = ensured(platform, NEVER_ASKED)
        old = platform.entry_url(room, CLIENT, STARTS)
        fake.meetings[room.name].ended = True
        room = ensured(platform, room)
        assert fake.opens(old) == NOWHERE
        assert fake.opens(platform.entry_url(room, CLIENT, STARTS)) == room.name

    def test_moving_ends_the_old_room_first(self, platform: BigBlueButton, server: WebServer) -> None:
        room = ensured(platform, NEVER_ASKED)
        platform.move(room, MOVED, STARTS)
        assert [request.path.rpartition("/")[2] for request in server.requests] == ["create", "end", "create"]

    def test_a_moved_room_is_made_under_its_own_name(
        self, platform: BigBlueButton, fake: FakeBigBlueButton
    ) -> None:
        room = ensured(platform, NEVER_ASKED)
        moved = replace(MOVED, starts_at=STARTS, ends_at=room.ends_at, remembered=room.remembered)
        moved = replace(moved, remembered=platform.move(room, moved, STARTS))
        assert [name for name, meeting in fake.meetings.items() if not meeting.ended] == [MOVED.name]
        entry = dict(parse_qsl(urlsplit(platform.entry_url(moved, CLIENT, STARTS)).query))
        assert entry["meetingID"] == MOVED.name
        assert entry["createTime"] == str(fake.meetings[MOVED.name].create_time)

    def test_moving_a_room_that_was_never_asked_for_asks_nothing(
        self, platform: BigBlueButton, server: WebServer
    ) -> None:
        assert platform.move(NEVER_ASKED, MOVED, STARTS - timedelta(days=1)) == {}
        platform.cancel(NEVER_ASKED)
        assert platform.presence(NEVER_ASKED) == frozenset()
        assert server.requests == []


class TestEntering:
    def test_address_says_who_enters(self, platform: BigBlueButton, server: WebServer) -> None:
        room = ensured(platform, NEVER_ASKED)
        parts = urlsplit(platform.entry_url(room, EXPERT, STARTS))
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{server.url}/bigbluebutton/api/join"
        query, _, given = parts.query.rpartition("&checksum=")
        assert given == checksum("join", query, SECRET)
        assert dict(parse_qsl(query)) == {
            "fullName": EXPERT.name,
            "meetingID": room.name,
            "role": "MODERATOR",
            "createTime": room.remembered["createTime"],
            "userID": EXPERT.id,
            "redirect": "true",
        }
        assert "role=VIEWER" in platform.entry_url(room, CLIENT, STARTS)

    def test_room_must_be_made(self, platform: BigBlueButton) -> None:
        with pytest.raises(Gone):
            platform.entry_url(NEVER_ASKED, CLIENT, STARTS)

    def test_control_characters_stay_out_of_names(self, platform: BigBlueButton) -> None:
        address = platform.entry_url(ensured(platform, NEVER_ASKED), replace(CLIENT, name="A\0\r\nB"), STARTS)
        assert parse_qs(urlsplit(address).query)["fullName"] == ["A B"]

    def test_presence_is_by_our_ids(self, platform: BigBlueButton, fake: FakeBigBlueButton) -> None:
        room = ensured(platform, NEVER_ASKED)
        for person in (EXPERT, CLIENT):
            address = urlsplit(platform.entry_url(room, person, STARTS))
            fake.answer("join", address.query)
        assert platform.presence(room) == {EXPERT.id, CLIENT.id}
        del fake.meetings[room.name].inside[CLIENT.id]
        assert platform.presence(room) == {EXPERT.id}
        fake.meetings.clear()
        assert platform.presence(room) == frozenset()


class TestKeys:
    @pytest.mark.parametrize(
        ("key", "kind", "words"),
        [
            ("checksumError", Misconfigured, "BBB_SECRET"),
            ("maxParticipantsReached", Rejected, "full"),
            ("meetingForciblyEnded", Rejected, "for good"),
            ("guestDeniedAccess", Rejected, r"refuses \(guestDeniedAccess\)"),
            ("missingParamMeetingID", Rejected, r"refuses \(missingParamMeetingID\)"),
            ("", Rejected, "gives no key"),
            ("&lt;script&gt; secret 123", Rejected, "gives no key"),
        ],
    )
    def test_has_a_meaning(
        self, platform: BigBlueButton, server: WebServer, key: str, kind: type[Exception], words: str
    ) -> None:
        server.always = failed(key)
        for call in (
            lambda: platform.ensure(NEVER_ASKED, STARTS),
            lambda: platform.cancel(asked(NEVER_ASKED)),
            lambda: platform.presence(asked(NEVER_ASKED)),
        ):
            with pytest.raises(kind, match=words) as caught:
                call()
            assert type(caught.value) is kind
        assert not platform.health().is_ok

    @pytest.mark.parametrize("key", ["notFound", "invalidMeetingIdentifier", "invalidMeetingId"])
    def test_of_an_unknown_room_means_gone(
        self, platform: BigBlueButton, server: WebServer, key: str
    ) -> None:
        server.always = failed(key)
        platform.cancel(asked(NEVER_ASKED))
        assert platform.presence(asked(NEVER_ASKED)) == frozenset()
        with pytest.raises(Gone):
            platform.ensure(NEVER_ASKED, STARTS)

    @pytest.mark.parametrize("time", ["", "<createTime>soon</createTime>", "<createTime/>"])
    def test_room_without_a_time_is_garbled(
        self, platform: BigBlueButton, server: WebServer, time: str
    ) -> None:
        server.always = says(200, f"<response><returncode>SUCCESS</returncode>{time}</response>".encode())
        with pytest.raises(Garbled):
            platform.ensure(NEVER_ASKED, STARTS)


class TestSetUp:
    GIVEN = {"BBB_URL": "https://bbb.example.org/bigbluebutton/", "BBB_SECRET": SECRET}

    @pytest.mark.parametrize("ending", ["", "/", "/api", "/api/"])
    def test_address_is_the_one_that_the_server_shows(self, ending: str) -> None:
        expected = BigBlueButton("https://bbb.example.org/bigbluebutton", SECRET)
        given = {"BBB_URL": f"https://bbb.example.org/bigbluebutton{ending}"}
        assert PLATFORMS["bigbluebutton"](self.GIVEN | given) == expected
        assert expected.origin == "https://bbb.example.org"

    @pytest.mark.parametrize("name", ["BBB_URL", "BBB_SECRET"])
    def test_both_are_needed(self, name: str) -> None:
        with pytest.raises(Misconfigured, match=rf"^{name} is not set"):
            PLATFORMS["bigbluebutton"](self.GIVEN | {name: ""})

    def test_secret_is_not_printed(self) -> None:
        assert SECRET not in repr(PLATFORMS["bigbluebutton"](self.GIVEN))
