"""Calendar mails, read back by a second parser: what both parties' calendars make of them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from meetings.models import Meeting
from meetings.vocabulary import PARTIES, Action, Role, Status
from notifications import mails
from notifications.models import Notification
from tests.calendars import _in, mail_of, received
from tests.factories import PersonFactory, ServiceFactory, SkillFactory
from tests.meetings.scenarios import (
    DAY,
    HOUR,
    NOW,
    act,
    agreed,
    countered,
    let_time_pass,
    make_meeting,
    suggest,
    with_alternative,
)

pytestmark = pytest.mark.django_db

USER, EXPERT, OPERATOR = Role.USER, Role.EXPERT, Role.OPERATOR
PRAGUE = ZoneInfo("Europe/Prague")


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = "https://expertim.example"


def changes(meeting: Meeting) -> dict[Role, list[str]]:
    return {role: [item.method for item in received(meeting, role)] for role in PARTIES}


def both(methods: list[str]) -> dict[Role, list[str]]:
    return {USER: methods, EXPERT: methods}


def moved(**how: Any) -> Meeting:
    meeting = with_alternative(USER, **how)
    return act(meeting, Action.CONFIRM_ALTERNATIVE, EXPERT)


def cancelled_after_moving() -> Meeting:
    return act(moved(), Action.CANCEL, EXPERT, words="I am ill")


@pytest.mark.parametrize("role", PARTIES)
def test_each_party_gets_invitation_update_and_cancellation_of_one_entry(role: Role) -> None:
    meeting = cancelled_after_moving()
    items = received(meeting, role)
    assert [item.method for item in items] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [item.event.status.value for item in items] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert {item.event.uid.value for item in items} == {f"meeting-{meeting.pk}@expertim.example"}
    assert items[0].sequence < items[1].sequence < items[2].sequence
    first, second, last = (item.event.dtstart.value for item in items)
    assert (first, second, last) == (NOW + 5 * DAY, NOW + 6 * DAY, NOW + 6 * DAY)
    assert all(item.event.dtend.value - item.event.dtstart.value == HOUR for item in items)


def test_both_parties_hold_the_same_entry() -> None:
    meeting = cancelled_after_moving()
    facts = [
        [(item.event.uid.value, item.sequence, item.event.dtstart.value) for item in received(meeting, role)]
        for role in PARTIES
    ]
    assert facts[0] == facts[1]


def test_the_method_stands_in_body_and_content_type() -> None:
    meeting = cancelled_after_moving()
    for role in PARTIES:
        for item in received(meeting, role):
            assert item.part.get_content_type() == "text/calendar"
            assert item.part.get_param("method") == item.method
            assert str(item.part.get_param("charset")).lower() == "utf-8"


def test_the_calendar_part_is_an_alternative_and_also_a_file_to_open() -> None:
    meeting = agreed()
    for role in PARTIES:
        (item,) = received(meeting, role)
        mail = mail_of(item.note)
        body, file = mail.iter_parts()
        assert [part.get_content_type() for part in body.iter_parts()] == [
            "text/plain",
            "text/html",
            "text/calendar",
        ]
        assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
        assert file.get_payload(decode=True).decode() == item.text


def test_an_entry_says_who_what_and_when_in_utc() -> None:
    meeting = agreed()
    (item,) = received(meeting, USER)
    lines = re.sub(r"\r\n ", "", item.text).split("\r\n")
    assert "DTSTART:20261127T090000Z" in lines
    assert "DTEND:20261127T100000Z" in lines
    assert "DTSTAMP:20261122T090000Z" in lines
    assert not [line for line in lines if "TZID" in line]
    event, student, expert = item.event, meeting.student, meeting.expert
    assert event.summary.value == f"Valuation with {expert.name}"
    assert event.organizer.value == f"mailto:{settings.CALENDAR_ORGANIZER}"
    assert event.organizer.params["CN"] == ["Expertim"]
    (attendee,) = event.attendee_list
    assert attendee.value == f"mailto:{student.email}"
    assert attendee.params["CN"] == [student.name]
    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == (["ACCEPTED"], ["FALSE"])
    assert event.url.value == f"https://expertim.example/meetings/{meeting.pk}/"
    assert expert.email not in item.text, "nobody learns the other's address"
    assert settings.VIDEO["JITSI_URL"] not in item.text
    assert "/join/" not in item.text


SPRING, AUTUMN = datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "ends_on_the_clock"), [(SPRING, "03:30"), (AUTUMN, "02:30")], ids=["spring", "autumn"]
)
def test_a_meeting_across_a_clock_change_lasts_as_long_as_agreed(
    start: datetime, ends_on_the_clock: str
) -> None:
    meeting = agreed(now=start - 10 * DAY, starts_in=10 * DAY)
    (item,) = received(meeting, EXPERT)
    starts_at, ends_at = item.event.dtstart.value, item.event.dtend.value
    assert (starts_at, ends_at - starts_at) == (start, HOUR)
    assert f"DTSTART:{start:%Y%m%dT%H%M%S}Z\r\n" in item.text
    assert f"{ends_at.astimezone(PRAGUE):%H:%M}" == ends_on_the_clock


@pytest.mark.parametrize(
    "zone", ["Europe/Prague", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"]
)
def test_a_date_typed_on_any_clock_arrives_in_utc(zone: str) -> None:
    """The row may hold the instant with the offset of whoever typed it, and be read in any zone."""
    meeting = agreed(student=PersonFactory.create(credits=100, time_zone=zone))
    note = received(meeting, USER)[0].note
    typed = datetime(2026, 11, 27, 9, 0, tzinfo=UTC).astimezone(ZoneInfo(zone))
    note.facts["starts_at"] = typed.isoformat()
    with timezone.override(ZoneInfo(zone)):
        (item,) = _in(note)
    assert "DTSTART:20261127T090000Z\r\n" in item.text
    assert "DTEND:20261127T100000Z\r\n" in item.text
    assert "DTSTAMP:20261122T090000Z\r\n" in item.text


NAMES = [
    "Semi; colon, comma \\ back: slash",
    'Say "hello" ^n',
    "Žluťoučký kůň příšerně úpěl ďábelské ódy a ještě něco",
    "שלום עולם",
    "Petr\r\nATTENDEE:mailto:evil@example.com",
]


@pytest.mark.parametrize("name", NAMES)
def test_what_people_typed_is_escaped_and_long_lines_are_folded(name: str) -> None:
    student = PersonFactory.create(credits=100, first_name=name, last_name="x" * 40)
    service = ServiceFactory.create()
    service.expert.skills.set([SkillFactory.create(name=name)])
    meeting = act(suggest(student=student, service=service), Action.CONFIRM, EXPERT)
    tame = mails.in_one_line(name)
    (mine,), (others,) = received(meeting, USER), received(meeting, EXPERT)
    assert mine.event.summary.value == f"{tame} with {meeting.expert.name}"
    assert others.event.summary.value == f"{tame} with {tame} {'x' * 40}"
    for item in (mine, others):
        assert len(item.event.attendee_list) == 1
        assert item.text.count("\r\n") == item.text.count("\n")
        assert max(len(line.encode()) for line in item.text.split("\r\n")) <= 75
        assert "evil" not in item.event.attendee_list[0].value
        assert ("^n" in item.text) == ("^n" in name), "no line break in a name, however written"


def cancelled(by: Role, action: Action = Action.CANCEL, *, before_start: timedelta = 4 * DAY) -> Meeting:
    meeting = agreed()
    typed = {"deduction_accepted": True} if action is Action.CANCEL_LATE else {}
    return act(meeting, action, by, now=meeting.starts_at - before_start, words="I am ill", **typed)


@pytest.mark.parametrize(
    "cancel",
    [
        lambda: cancelled(USER),
        lambda: cancelled(USER, Action.CANCEL_LATE, before_start=HOUR),
        lambda: cancelled(EXPERT),
        lambda: cancelled(EXPERT, before_start=HOUR),
        lambda: cancelled(OPERATOR),
        lambda: cancelled(OPERATOR, before_start=-DAY),
        lambda: act(make_meeting(Status.UNDER_REVIEW), Action.CANCEL, OPERATOR, words="Both agree"),
        lambda: act(with_alternative(EXPERT), Action.CANCEL, USER, words="I am ill"),
    ],
    ids=["user", "user late", "expert", "expert late", "operator", "operator after", "review", "moving"],
)
def test_every_cancellation_of_an_agreed_meeting_takes_it_out_of_both_calendars(
    cancel: Callable[[], Meeting],
) -> None:
    meeting = cancel()
    assert changes(meeting) == both(["REQUEST", "CANCEL"])
    for role in PARTIES:
        invited, withdrawn = received(meeting, role)
        assert withdrawn.event.uid.value == invited.event.uid.value
        assert withdrawn.sequence > invited.sequence
        assert withdrawn.event.dtstart.value == invited.event.dtstart.value


@pytest.mark.parametrize(
    "never_agreed",
    [
        suggest,
        lambda: suggest(by=EXPERT),
        countered,
        lambda: make_meeting(Status.REJECTED),
        lambda: make_meeting(Status.CANCELLED),
        lambda: make_meeting(Status.EXPIRED),
        lambda: act(suggest(), Action.CANCEL, OPERATOR, words="Twice"),
        lambda: act(suggest(by=EXPERT), Action.CANCEL, OPERATOR, words="Twice"),
        lambda: act(countered(), Action.CANCEL_ALTERNATIVE, EXPERT),
    ],
)
def test_what_was_never_agreed_reaches_no_calendar(never_agreed: Callable[[], Meeting]) -> None:
    assert changes(never_agreed()) == both([])


@pytest.mark.parametrize(
    "agree",
    [
        agreed,
        lambda: agreed(by=EXPERT),
        lambda: act(countered(), Action.REVIVE, USER),
        lambda: act(with_alternative(EXPERT, of=Status.REJECTED), Action.REVIVE, USER),
    ],
)
def test_agreeing_on_any_road_invites_both(agree: Callable[[], Meeting]) -> None:
    meeting = agree()
    assert changes(meeting) == both(["REQUEST"])
    for role in PARTIES:
        assert received(meeting, role)[0].event.dtstart.value == meeting.starts_at


def test_a_date_that_was_only_asked_for_changes_no_calendar() -> None:
    meeting = with_alternative(USER)
    assert changes(meeting) == both(["REQUEST"])
    let_time_pass(meeting, meeting.starts_at)
    assert changes(meeting) == both(["REQUEST"])


def behind_bell(meeting: Meeting, person: User) -> list[str]:
    notes = Notification.objects.filter(reference=meeting.reference)
    return [note.kind for note in notes.filter(recipient=person, in_bell=True).order_by("pk")]


def test_who_acted_gets_it_by_mail_only() -> None:
    meeting = cancelled_after_moving()  # confirmed, moved and cancelled: all by the expert
    items = received(meeting, EXPERT)
    assert [item.note.kind for item in items] == ["calendar_agreed", "calendar_moved", "calendar_canceled"]
    assert [item.note.in_bell for item in items] == [False, False, False]
    assert behind_bell(meeting, meeting.expert) == ["suggested_by_user", "rescheduling_by_user"]
    assert [item.note.in_bell for item in received(meeting, USER)] == [True, True, True]
