"""No secret, token or address of a video platform is in a mail, a log line, a page or a table."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.urls import reverse

from meetings import links
from meetings.jobs import prepare_rooms, watch_rooms
from meetings.models import Meeting, VideoRoom
from meetings.video import outbox, rooms
from meetings.video.platforms import PLATFORMS
from meetings.video.platforms.jitsi import Jaas
from meetings.vocabulary import PARTIES, Action
from notifications.jobs import deliver_mails
from tests.database import whole_database
from tests.factories import PersonFactory
from tests.meetings.scenarios import BY_EXPERT, BY_USER, HOUR, NOW, act, agreed
from tests.meetings.video.platforms import fake_bigbluebutton
from tests.meetings.video.platforms.fake_bigbluebutton import FakeBigBlueButton
from tests.meetings.video.platforms.fake_zoom import FakeZoom, zoom_at
from tests.meetings.video.platforms.keys import pem
from tests.meetings.video.scripted_platforms import put_in_charge
from tests.pages import as_person
from tests.webserver import Mood, Reply, Request, WebServer, hangs_up, says

pytestmark = pytest.mark.django_db

MARKER = "SECRET-MARKER"


@dataclass
class Played:
    """A platform in charge, with what must be told nowhere."""

    name: str
    hidden: list[str]
    server: WebServer


def _jitsi(settings: Any, stack: ExitStack, _patch: pytest.MonkeyPatch) -> Played:
    server = stack.enter_context(WebServer(lambda _request: Reply()))
    secret = f"{MARKER}-jitsi-of-more-than-thirty-two-bytes"
    _configure(settings, "jitsi", {"JITSI_URL": server.url, "JITSI_APP_ID": "app", "JITSI_SECRET": secret})
    return Played("jitsi", [MARKER, server.url], server)


def _jaas(settings: Any, stack: ExitStack, patch: pytest.MonkeyPatch) -> Played:
    server, key = stack.enter_context(WebServer(lambda _request: Reply())), pem()
    given = {"JAAS_APP_ID": f"vpaas-{MARKER}", "JAAS_KEY_ID": "key-1", "JAAS_PRIVATE_KEY": key}
    put_in_charge(replace(Jaas.configured(given), url=server.url), settings, patch)
    return Played("jaas", [MARKER, key.splitlines()[1], server.url], server)


def _bigbluebutton(settings: Any, stack: ExitStack, patch: pytest.MonkeyPatch) -> Played:
    patch.setattr(fake_bigbluebutton, "SECRET", f"{MARKER}-bbb")
    server = stack.enter_context(WebServer(FakeBigBlueButton().play))
    given = {"BBB_URL": f"{server.url}/bigbluebutton", "BBB_SECRET": f"{MARKER}-bbb"}
    _configure(settings, "bigbluebutton", given)
    return Played("bigbluebutton", [MARKER, server.url, "checksum="], server)


def _zoom(settings: Any, stack: ExitStack, patch: pytest.MonkeyPatch) -> Played:
    fake = FakeZoom()
    server = stack.enter_context(WebServer(fake.play))
    put_in_charge(zoom_at(server.url, fake), settings, patch)
    return Played("zoom", ["s3cret-of-the-app", "eyJ-access-token", "zak-of-the-host", server.url], server)


def _janus(settings: Any, stack: ExitStack, _patch: pytest.MonkeyPatch) -> Played:
    server = stack.enter_context(WebServer(_play_janus))
    names = ("JANUS_API_SECRET", "JANUS_TOKEN_SECRET", "JANUS_ADMIN_KEY", "JANUS_EVENTS_PASSWORD")
    given = {name: f"{MARKER}-{name}" for name in names}
    _configure(settings, "janus", given | {"JANUS_URL": f"{server.url}/janus"})
    return Played("janus", [MARKER, server.url], server)


def _play_janus(request: Request) -> Reply:
    """As much of Janus as makes rooms and lists nobody."""
    asked = json.loads(request.body)
    answer = {"janus": "success", "transaction": asked["transaction"], "data": {"id": 7}}
    if asked["janus"] == "message":
        answer["plugindata"] = {"data": {"videoroom": "success", "participants": []}}
    return Reply(body=json.dumps(answer).encode())


def _configure(settings: Any, name: str, given: dict[str, str]) -> None:
    settings.VIDEO_PLATFORM, settings.VIDEO = name, {**settings.VIDEO, **given}


PLAYS: dict[str, Callable[[Any, ExitStack, pytest.MonkeyPatch], Played]] = {
    "jitsi": _jitsi,
    "jaas": _jaas,
    "bigbluebutton": _bigbluebutton,
    "zoom": _zoom,
    "janus": _janus,
}
BAD_DAYS: dict[str, Mood | None] = {
    "a good day": None,
    "500": says(500, f"{MARKER} was wrong".encode()),
    "a reset": hangs_up,
    "garbage": says(200, f"<html>{MARKER}</html>".encode()),
    "401": says(401, f"{MARKER} is no key".encode()),
    "leads elsewhere": says(302, Location=f"https://{MARKER}.example/"),
}


def test_every_platform_is_walked_through() -> None:
    assert set(PLAYS) == set(PLATFORMS) - {"practice", "manual"}


@pytest.fixture
def played(
    request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Played]:
    with ExitStack() as stack:
        yield PLAYS[request.param](settings, stack, monkeypatch)
    rooms._platform.cache_clear()


CASES = [("jitsi", "a good day"), ("jaas", "a good day")] + [
    (name, day) for name in ("bigbluebutton", "zoom", "janus") for day in BAD_DAYS
]


class Walk:
    """From agreement to joining, and on to moving and cancelling; `pages` is all that anybody was shown."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.entries: list[str] = []

    def look(self, person: Any, address: str, *, method: str = "get", is_entry: bool = False) -> Any:
        answer = getattr(as_person(person), method)(address)
        headers = {name: value for name, value in answer.items() if name != "Content-Security-Policy"}
        if is_entry and answer.status_code == 302:
            self.entries.append(headers.pop("Location"))
        self.pages.append(f"{answer.status_code} {headers} {answer.cookies.output()} {answer.text}")
        return answer

    def meet(self, meeting: Meeting) -> None:
        """Let both parties look, join and look again, while the jobs run."""
        _at(meeting.starts_at - HOUR, prepare_rooms)
        _at(meeting.starts_at, prepare_rooms)
        with time_machine.travel(meeting.starts_at, tick=False):
            for role in PARTIES:
                link = links.link(meeting, role)
                self.look(meeting.person(role), link)
                self.look(meeting.person(role), link, method="post", is_entry=True)
                self.look(meeting.person(role), meeting.get_absolute_url())
                self.look(meeting.person(role), "/notifications/")
            watch_rooms()
            prepare_rooms()

    def operate(self, meeting: Meeting) -> None:
        """Let an operator look at everything."""
        operator = PersonFactory.create(is_staff=True, is_superuser=True)
        with time_machine.travel(meeting.starts_at, tick=False):
            self.look(operator, reverse("admin:meetings_videoroom_check"), method="post")
            for name in ("videoroom", "meeting"):
                self.look(operator, reverse(f"admin:meetings_{name}_changelist"))
                self.look(operator, reverse(f"admin:meetings_{name}_change", args=[meeting.pk]))
            self.look(operator, reverse("admin:notifications_notification_changelist"))


def _at(now: datetime, job: Callable[[], None]) -> None:
    with time_machine.travel(now, tick=False):
        job()


def tokens_in(address: str) -> list[str]:
    """Return the address and what in it lets people in."""
    query = parse_qs(urlsplit(address).query)
    return [address, *(value for name in ("jwt", "checksum", "pwd") for value in query.get(name, []))]


@pytest.mark.parametrize(("played", "day"), CASES, indirect=["played"])
def test_nothing_of_a_platform_is_told_but_to_who_enters(
    played: Played, day: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    PersonFactory.create(is_staff=True, email="operator@example.com")
    walk = Walk()
    meeting = agreed()
    played.server.always = BAD_DAYS[day]
    walk.meet(meeting)
    act(meeting, Action.RESCHEDULE, BY_EXPERT, starts_at=NOW + 150 * HOUR)
    moved = act(meeting, Action.CONFIRM_ALTERNATIVE, BY_USER)
    walk.meet(moved)
    walk.operate(moved)
    _at(moved.starts_at, deliver_mails)
    secrets = [*played.hidden, *(token for entry in walk.entries for token in tokens_in(entry))]
    if played.name == "janus":
        secrets = played.hidden  # who enters is led to a page of ours
    told = {
        "tables": whole_database(),
        "mails": "".join(str(sent.message()) for sent in mail.outbox),
        "log": caplog.text,
        "pages": "".join(walk.pages),
    }
    assert len(walk.entries) == (4 if day == "a good day" else 0)
    assert all(told.values()), "there was something to look at"
    assert [(where, secret) for where, text in told.items() for secret in secrets if secret in text] == []
    if day != "a good day":
        assert VideoRoom.objects.get(meeting=meeting).trouble != ""


@pytest.mark.parametrize("played", ["janus"], indirect=True)
def test_our_own_room_page_holds_the_tokens_of_its_party_alone_and_no_secret(played: Played) -> None:
    meeting = agreed()
    pages = {}
    with time_machine.travel(meeting.starts_at, tick=False):
        for role in PARTIES:
            client = as_person(meeting.person(role))
            client.post(links.link(meeting, role))
            pages[role] = client.get(links.room_page(meeting, role)).text
    for role, page in pages.items():
        stage = outbox.stage(meeting, role, meeting.starts_at)
        other = outbox.stage(meeting, role.other, meeting.starts_at)
        assert stage
        assert other
        assert stage.facts["room_token"].rpartition(":")[2] in page
        assert other.facts["room_token"].rpartition(":")[2] not in page
        assert other.facts["core_token"].rpartition(":")[2] not in page
        assert [secret for secret in played.hidden if secret in page] == []


def test_whole_database_is_read() -> None:
    meeting = agreed()
    text = whole_database()
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    assert "meetings_videoroom" in tables
    assert meeting.student.email in text
