"""What Janus reports to us of who came and went, and who else tries."""

import base64
import json
import logging
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from meetings.models import Meeting, PresenceNote
from meetings.video import presence, rooms
from meetings.video.platforms.janus import PLUGIN
from meetings.vocabulary import Role
from tests.database import rows_in_every_table
from tests.meetings.scenarios import BY_EXPERT, BY_USER, agreed

pytestmark = pytest.mark.django_db

ADDRESS, PASSWORD = "/video/janus/events/", "p%ss:wörd"


@pytest.fixture(autouse=True)
def _configured(settings: Any) -> None:
    settings.VIDEO = {**settings.VIDEO, "JANUS_EVENTS_PASSWORD": PASSWORD}


@pytest.fixture
def meeting() -> Meeting:
    return agreed()


def basic(password: str, user: str = "janus") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def report(body: Any, authorization: str | None = None, **more: Any) -> Any:
    """Post this, as Janus does unless told otherwise; nobody's browser, so forged requests are no matter."""
    headers = {"Authorization": basic(PASSWORD) if authorization is None else authorization}
    given = body if isinstance(body, bytes) else json.dumps(body).encode()
    client = Client(enforce_csrf_checks=True, raise_request_exception=True)
    return client.post(ADDRESS, given, content_type="application/json", headers=headers, **more)


def event(meeting: Meeting, role: Role, what: str = "joined", *, after: int = 0, **changes: Any) -> Any:
    """One event as Janus' sample event handler tells it, so many seconds after the start."""
    data = {
        "event": what,
        "room": rooms.room_name(meeting.pk, 1),
        "id": rooms.participant_id(meeting.pk, 1, role),
        "private_id": 123456789,
        "opaque_id": None,
        "display": "Petr",
    }
    return {
        "emitter": "Janus",
        "type": 64,
        "timestamp": (int(meeting.starts_at.timestamp()) + after) * 1_000_000,
        "session_id": 4711,
        "handle_id": 815,
        "event": {"plugin": PLUGIN, "data": data | changes},
    }


def notes() -> list[tuple[str, str, float]]:
    rows = PresenceNote.objects.select_related("meeting")
    return [(row.role, row.seen, (row.at - row.meeting.starts_at).total_seconds()) for row in rows]


def test_who_came_and_went_is_noted(meeting: Meeting) -> None:
    answer = report([event(meeting, BY_USER), event(meeting, BY_USER, "leaving", after=90)])
    assert (answer.status_code, answer.content) == (204, b"")
    assert notes() == [("user", "in", 0), ("user", "out", 90)]
    found = presence.presence(meeting, meeting.ends_at)
    assert found
    assert found.of[BY_USER].total_seconds() == 90


def test_one_event_need_not_come_in_a_list(meeting: Meeting) -> None:
    assert report(event(meeting, BY_EXPERT)).status_code == 204
    assert notes() == [("expert", "in", 0)]


def test_events_that_tell_nothing_of_people_are_taken_and_ignored(meeting: Meeting) -> None:
    others = [
        {"type": 256, "timestamp": 1, "event": {"status": "started"}},
        {"type": 1, "timestamp": 1, "event": {"name": "created"}},
        event(meeting, BY_USER, "published"),
        event(meeting, BY_USER, "destroyed"),
    ]
    assert report([*others, event(meeting, BY_USER)]).status_code == 204
    assert report([]).status_code == 204
    assert notes() == [("user", "in", 0)]


def test_what_is_reported_again_is_noted_once(meeting: Meeting) -> None:
    both = [event(meeting, BY_USER), event(meeting, BY_USER, "leaving", after=60)]
    answers = [report(both).status_code, report(both[::-1]).status_code, report(both + both).status_code]
    assert answers == [204, 204, 204]
    assert notes() == [("user", "in", 0), ("user", "out", 60)]


def test_rooms_and_people_that_are_not_ours_are_ignored(meeting: Meeting) -> None:
    other = agreed()
    strangers = [
        event(meeting, BY_USER, room="lobby"),
        event(meeting, BY_USER, room=rooms.room_name(other.pk, 1)),
        event(meeting, BY_USER, id=rooms.participant_id(other.pk, 1, BY_USER)),
        event(meeting, BY_USER, id="nobody"),
        event(meeting, BY_USER, room="m-1-1-\0☃"),
        event(meeting, BY_USER, room=rooms.room_name(10**17, 1)),
    ]
    assert report([*strangers, event(meeting, BY_EXPERT)]).status_code == 204
    assert notes() == [("expert", "in", 0)]


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        basic(""),
        basic("wrong"),
        basic(PASSWORD + "x"),
        basic("", user=PASSWORD),
        basic(PASSWORD).replace("Basic", "Bearer"),
        basic(PASSWORD).removeprefix("Basic "),
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe").decode(),
        "Basic " + base64.b64encode(PASSWORD.encode()).decode().rstrip("=") + "\u00e9",
    ],
)
def test_without_the_password_nothing_is_noted(meeting: Meeting, authorization: str) -> None:
    answer = report(event(meeting, BY_USER), authorization)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Basic")
    assert notes() == []


@pytest.mark.parametrize("authorization", ["", basic(""), "Basic", basic(PASSWORD)])
def test_where_no_password_is_set_nobody_may_report(
    meeting: Meeting, settings: Any, authorization: str
) -> None:
    settings.VIDEO = {**settings.VIDEO, "JANUS_EVENTS_PASSWORD": ""}
    assert report(event(meeting, BY_USER), authorization).status_code == 401
    assert notes() == []


def test_the_scheme_may_be_written_in_small_letters(meeting: Meeting) -> None:
    answer = report(event(meeting, BY_USER), basic(PASSWORD).replace("Basic", "basic"))
    assert answer.status_code == 204


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_there_is_nothing_to_look_at(method: str) -> None:
    answer = getattr(Client(), method)(ADDRESS, headers={"Authorization": basic(PASSWORD)})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"<html>", b"7", b"{}", b"[7]", b'{"type": 64}', b"[" * 100_000, b"event=joined"]
)
def test_garbage_is_refused_and_only_its_kind_is_logged(
    meeting: Meeting, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert report(body).status_code == 400
    assert "Reports of Janus: An event of Janus makes no sense." in caplog.messages
    assert PASSWORD not in caplog.text


def test_one_event_of_garbage_spoils_the_report_and_nothing_is_half_noted(meeting: Meeting) -> None:
    assert report([event(meeting, BY_USER), 7]).status_code == 400
    assert notes() == []


@pytest.mark.parametrize("timestamp", [-(10**18), 10**20, 10**30, 1.5, "now", None, True])
def test_impossible_times_are_garbage(meeting: Meeting, timestamp: Any) -> None:
    assert report(event(meeting, BY_USER) | {"timestamp": timestamp}).status_code == 400
    assert notes() == []


def test_a_huge_report_is_refused_unread(meeting: Meeting, settings: Any) -> None:
    filler = [{"type": 1, "event": {"name": "x" * 1000}}] * 3000
    assert len(json.dumps(filler)) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert report([event(meeting, BY_USER), *filler]).status_code == 400
    assert notes() == []


def test_reports_leave_no_session_and_no_cookie(meeting: Meeting) -> None:
    before = rows_in_every_table()
    answers = [report(event(meeting, BY_USER)), report(b"7"), report([], "")]
    assert [answer.cookies.output() for answer in answers] == ["", "", ""]
    assert not Session.objects.exists()
    after = rows_in_every_table()
    assert after == before | {"meetings_presencenote": 1}


def test_a_report_never_says_anything_of_ours(meeting: Meeting) -> None:
    for answer in (report(event(meeting, BY_USER)), report(b"7"), report([], "")):
        assert answer.content == b""
