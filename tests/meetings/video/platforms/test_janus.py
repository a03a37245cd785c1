"""The adapter against a real Janus on this machine."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from meetings.video.platforms.base import Garbled, Misconfigured, Participant, Room, Sighting, Stage
from meetings.video.platforms.janus import PLUGIN, Janus, read_events, read_ice_servers, token
from meetings.vocabulary import Seen
from runner import janus as program
from runner.progress import Problem
from tests import januses
from tests.januses import JanusServer, Refused, Visitor
from tests.meetings.video.platforms.contract import Contract, Service
from tests.webserver import Reply, Request, WebServer

SECRET, NOW = "tok-s3cret", datetime.now(UTC).replace(microsecond=0)
ROOM = Room("m-7-1-" + "a" * 32, "Company valuation", NOW, NOW + timedelta(hours=1))
EXPERT = Participant("expert-" + "e" * 32, "Žofie Dvořák", is_host=True, page="/room/e/")
USER = Participant("user-" + "c" * 32, "Ada Lovelace", is_host=False, page="/room/c/")


@pytest.fixture(scope="module")
def events() -> Iterator[WebServer]:
    """Where Janus reports who comes and goes."""
    with WebServer(lambda _request: Reply()) as server:
        yield server


@pytest.fixture(scope="module")
def server(events: WebServer) -> Iterator[JanusServer]:
    try:
        program.find_or_install()
    except Problem as problem:
        pytest.skip(str(problem))
    with januses.running(site_url=events.url) as server:
        yield server


@pytest.fixture
def janus(server: JanusServer) -> Iterator[Janus]:
    yield server.platform
    for name in rooms_of(server):
        server.platform.cancel(replace(ROOM, name=name))


def rooms_of(server: JanusServer) -> list[str]:
    told = server.platform._tell({"request": "list", "admin_key": server.setup.admin_key})
    return sorted(room["room"] for room in told["list"])


def stage(janus: Janus, participant: Participant, room: Room = ROOM) -> Stage:
    found = janus.stage(room, participant, NOW)
    assert found
    return found


def entered(janus: Janus, participant: Participant, room: Room = ROOM) -> Visitor:
    facts = stage(janus, participant, room)
    visitor = Visitor(facts.facts["url"], facts.facts["core_token"])
    visitor.join(facts)
    return visitor


class TestContract(Contract):
    @pytest.fixture
    def service(self, server: JanusServer, janus: Janus) -> Iterator[Service]:
        def pass_on(request: Request) -> Reply:
            url = server.setup.url.removesuffix("/janus") + request.path
            answer = requests.request(request.method, url, data=request.body, timeout=10)
            return Reply(answer.status_code, answer.content)

        def at(url: str) -> Janus:
            return replace(janus, url=f"{url}/janus")

        setup = server.setup
        with WebServer(pass_on) as web_server:
            yield Service(
                web_server,
                at=at,
                rooms=lambda: len(rooms_of(server)),
                forget=server.restart,
                impostor=lambda url: replace(at(url), admin_key="wrong"),
                secrets=(setup.api_secret, setup.token_secret, setup.admin_key),
            )


# --- Tokens -------------------------------------------------------------------------------------------


def test_tokens_are_signed_as_janus_signs_them() -> None:
    core = token(SECRET, 1_800_000_000, "janus", PLUGIN)
    assert core == "1800000000,janus,janus.plugin.videoroom:vhyAatqTkt0zjgVLQ7hukNRN/JI="
    room = token(SECRET, 1_800_000_000, PLUGIN, "room=m-7f3a")
    assert room == "1800000000,janus.plugin.videoroom,room=m-7f3a:2VPLO+nhBUkDaLzH4FPma9GWzH4="


def test_stage_has_tokens_of_ones_own_until_the_room_closes(janus: Janus) -> None:
    one, other = stage(janus, USER).facts, stage(janus, EXPERT).facts
    until = int(ROOM.closes_at.timestamp())
    assert one["core_token"].startswith(f"{until},janus,{PLUGIN},user={USER.id}:")
    assert one["room_token"].startswith(f"{until},{PLUGIN},room={ROOM.name},user={USER.id}:")
    assert not {one["core_token"], one["room_token"]} & {other["core_token"], other["room_token"]}


def test_page_may_connect_to_another_origin_only_where_janus_is_there(janus: Janus) -> None:
    assert stage(replace(janus, public_url="/janus"), USER).connects_to == ()
    away = replace(janus, public_url="https://janus.example.org:444/janus")
    assert stage(away, USER).connects_to == ("https://janus.example.org:444",)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"core_token": ""}, 403),
        ({"core_token": token("wrong", 4_000_000_000, "janus", PLUGIN)}, 403),
        ({"core_token": "expired"}, 403),
        ({"core_token": "the room's"}, 403),
        ({"room_token": ""}, 433),
        ({"room_token": token("wrong", 4_000_000_000, PLUGIN, f"room={ROOM.name}")}, 433),
        ({"room_token": "expired"}, 433),
        ({"room_token": "another room's"}, 433),
        ({"room_token": "the core's"}, 433),
    ],
)
def test_wrong_tokens_are_refused(janus: Janus, changed: dict[str, str], code: int) -> None:
    janus.ensure(ROOM, NOW)
    facts = dict(stage(janus, USER).facts)
    began = replace(ROOM, ends_at=NOW - timedelta(hours=2))
    others = {
        "expired": {name: stage(janus, USER, began).facts[name] for name in ("core_token", "room_token")},
        "another room's": stage(janus, USER, replace(ROOM, name=ROOM.name[:-1])).facts,
        "the room's": {"core_token": facts["room_token"]},
        "the core's": {"room_token": facts["core_token"]},
    }
    for name, value in changed.items():
        facts[name] = others[value][name] if value in others else value
    with pytest.raises(Refused, match=str(code)):
        Visitor(facts["url"], facts["core_token"]).join(Stage("", facts))


def test_stranger_with_a_core_token_can_neither_watch_nor_make_nor_unmake(janus: Janus) -> None:
    janus.ensure(ROOM, NOW)
    entered(janus, EXPERT)
    elsewhere = stage(janus, USER, replace(ROOM, name="m-8-1-" + "b" * 32)).facts
    stranger = Visitor(elsewhere["url"], elsewhere["core_token"])
    watch = {"request": "join", "ptype": "subscriber", "room": ROOM.name, "streams": [{"feed": EXPERT.id}]}
    for token_tried in (elsewhere["room_token"], elsewhere["core_token"], ""):
        stranger.handle = stranger.attach()
        with pytest.raises(Refused, match="433"):
            stranger.ask(**watch, token=token_tried)
    assert stranger.ask(request="list")["list"] == []
    for request in ({"request": "create", "room": "mine"}, {"request": "destroy", "room": ROOM.name}):
        with pytest.raises(Refused, match="429"):
            stranger.ask(**request)
    assert janus.presence(ROOM) == {EXPERT.id}


def test_nobody_inside_can_have_the_server_write_recordings(janus: Janus) -> None:
    janus.ensure(ROOM, NOW)
    rooms = janus._tell({"request": "list", "admin_key": janus.admin_key})["list"]
    (room,) = [room for room in rooms if room["room"] == ROOM.name]
    assert (room["record"], room["lock_record"]) == (False, True)


def test_nobody_is_inside_twice(janus: Janus) -> None:
    janus.ensure(ROOM, NOW)
    entered(janus, USER)
    with pytest.raises(Refused, match="436"):
        entered(janus, USER)


# --- Rooms --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "count"),
    [
        (ROOM.opens_at - timedelta(seconds=1), 0),
        (ROOM.opens_at, 1),
        (ROOM.closes_at - timedelta(seconds=1), 1),
        (ROOM.closes_at, 0),
    ],
)
def test_room_is_there_only_while_people_may_enter(
    server: JanusServer, janus: Janus, now: datetime, count: int
) -> None:
    assert janus.ensure(ROOM, now) == {}
    assert rooms_of(server) == [ROOM.name] * count


def test_cancelling_puts_everybody_out(janus: Janus) -> None:
    janus.ensure(ROOM, NOW)
    expert = entered(janus, EXPERT)
    janus.cancel(ROOM)
    assert expert.await_event()["plugindata"]["data"] == {"videoroom": "destroyed", "room": ROOM.name}
    assert janus.presence(ROOM) == frozenset()
    with pytest.raises(Refused, match="426"):
        entered(janus, USER)


def test_restart_heals(server: JanusServer, janus: Janus) -> None:
    janus.ensure(ROOM, NOW)
    server.restart()
    with pytest.raises(Refused, match="426"):
        entered(janus, USER)
    janus.ensure(ROOM, NOW)
    entered(janus, USER)
    assert janus.presence(ROOM) == {USER.id}


# --- Presence -----------------------------------------------------------------------------------------


def test_presence_and_events_tell_who_came_and_went(janus: Janus, events: WebServer) -> None:
    janus.ensure(ROOM, NOW)
    events.requests.clear()
    before = datetime.now(UTC)
    expert, user = entered(janus, EXPERT), entered(janus, USER)
    assert janus.presence(ROOM) == {EXPERT.id, USER.id}
    user.leave()
    assert janus.presence(ROOM) == {EXPERT.id}
    expert.leave()
    seen = await_sightings(events, 4)
    assert [(one.participant_id, one.seen) for one in seen] == [
        (EXPERT.id, Seen.IN),
        (USER.id, Seen.IN),
        (USER.id, Seen.OUT),
        (EXPERT.id, Seen.OUT),
    ]
    assert {one.room_name for one in seen} == {ROOM.name}
    assert all(before <= one.at <= datetime.now(UTC) for one in seen)
    assert events.requests[0].headers["Authorization"].startswith("Basic ")
    assert events.requests[0].path == "/video/janus/events/"


def test_who_vanishes_has_left_when_the_session_ends(server: JanusServer, events: WebServer) -> None:
    server.configure(session_timeout=2)
    janus = server.platform
    janus.ensure(ROOM, NOW)
    events.requests.clear()
    entered(janus, USER)
    assert [one.seen for one in await_sightings(events, 2)] == [Seen.IN, Seen.OUT]
    assert janus.presence(ROOM) == frozenset()
    server.configure(session_timeout=20)


def await_sightings(events: WebServer, count: int) -> list[Sighting]:
    until = time.monotonic() + 10
    while True:
        seen = [one for request in list(events.requests) for one in read_events(request.body)]
        if len(seen) >= count:
            return seen
        assert time.monotonic() < until, seen
        time.sleep(0.05)


def event(**changes: Any) -> dict[str, Any]:
    data = {"event": "joined", "room": ROOM.name, "id": USER.id, "display": "Ada"} | changes
    return {"type": 64, "timestamp": 1_799_999_999_123_456, "event": {"plugin": PLUGIN, "data": data}}


def test_events_are_read_one_by_one_or_many() -> None:
    at = datetime.fromtimestamp(1_799_999_999, UTC).replace(microsecond=123_456)
    sighting = Sighting(ROOM.name, USER.id, Seen.IN, at)
    assert read_events(json.dumps(event()).encode()) == [sighting]
    many = [event(), event(event="leaving"), event(event="published"), {"type": 1, "event": {"name": "x"}}]
    assert read_events(json.dumps(many).encode()) == [sighting, replace(sighting, seen=Seen.OUT)]
    assert read_events(b"[]") == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"<html>",
        b"7",
        b"[7]",
        b"{}",
        b'{"type": 64}',
        b'{"type": 64, "event": null}',
        json.dumps(event(id=7)).encode(),
        json.dumps(event(room=None)).encode(),
        json.dumps(event() | {"timestamp": "now"}).encode(),
        json.dumps(event() | {"timestamp": 10**30}).encode(),
        json.dumps(event(event=[])).encode(),
        b"[" * 100_000,
    ],
)
def test_garbage_is_no_event(body: bytes) -> None:
    with pytest.raises(Garbled):
        read_events(body)


# --- Set-up -------------------------------------------------------------------------------------------


def test_missing_variables_are_named() -> None:
    with pytest.raises(Misconfigured, match=r"Janus needs JANUS_API_SECRET, JANUS_EVENTS_PASSWORD\."):
        Janus.configured({"JANUS_URL": "http://x/janus", "JANUS_TOKEN_SECRET": "t", "JANUS_ADMIN_KEY": "k"})


@pytest.mark.parametrize("secret", ["api_secret", "token_secret", "admin_key"])
def test_health_tells_a_wrong_secret(janus: Janus, secret: str) -> None:
    assert janus.health().words == ()
    assert not replace(janus, **{secret: "wrong"}).health().is_ok


@pytest.mark.parametrize(
    ("written", "instead", "words"),
    [
        ("admin_key =", "#", "lets everybody make rooms"),
        ("string_ids = true", "", "wants numbers for rooms"),
        ("broadcast = true", "", "does not report who comes and goes"),
        ("token_auth = true", "", "does not ask browsers for tokens"),
        ("session_timeout = 20", "", "stays inside for long"),
        ("libjanus_voicemail", "libjanus_videoroom", "has no video rooms"),
    ],
)
def test_health_tells_a_server_that_is_set_up_otherwise(
    server: JanusServer, janus: Janus, written: str, instead: str, words: str
) -> None:
    for path in server.folder.glob("*.jcfg"):
        path.write_text(path.read_text().replace(written, instead))
    server.restart()
    try:
        said = janus.health()
    finally:
        server.configure()
    assert not said.is_ok
    assert words in " ".join(said.words)


def test_configuration_is_for_its_owner_alone(server: JanusServer) -> None:
    assert {path.stat().st_mode & 0o777 for path in server.folder.glob("*.jcfg")} == {0o600}


def test_ice_servers_are_read_as_browsers_want_them() -> None:
    written = "stun:stun.example.org:3478, turn:turn.example.org?transport=tcp&user=eva&password=p%26w"
    assert read_ice_servers(written, 1_800_000_000, USER.id) == [
        {"urls": "stun:stun.example.org:3478"},
        {"urls": "turn:turn.example.org?transport=tcp", "username": "eva", "credential": "p&w"},
    ]
    assert read_ice_servers("", 1_800_000_000, USER.id) == []


def test_turn_password_ends_with_the_meeting() -> None:
    [server] = read_ice_servers("turn:turn.example.org?secret=north", 1_800_000_000, "user-1")
    assert server == {
        "urls": "turn:turn.example.org",
        "username": "1800000000:user-1",
        "credential": "0CDVgLZL3VhtD3r5BEME/CsyBjE=",
    }
