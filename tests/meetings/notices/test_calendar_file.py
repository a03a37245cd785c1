"""Putting a meeting into one's calendar from its page."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.utils import timezone

from meetings.vocabulary import PARTIES, Action, Role, Status
from tests.calendars import received
from tests.factories import PersonFactory
from tests.meetings.scenarios import BY_EXPERT, DAY, act, agreed, make_meeting, with_alternative
from tests.meetings.snapshot import everything
from tests.pages import as_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", PARTIES)
def test_the_file_is_the_entry_that_the_mails_speak_of(role: Role) -> None:
    meeting = agreed(now=timezone.now())
    address = f"/meetings/{meeting.pk}/calendar.ics"
    client = as_person(meeting.person(role))
    assert f'href="{address}" download' in client.get(meeting.get_absolute_url()).content.decode()
    before = everything()
    answer = client.get(address)
    assert everything() == before
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert (
        answer.headers["Content-Disposition"] == f'attachment; filename="expertim-meeting-{meeting.pk}.ics"'
    )
    text = answer.content.decode()
    assert "METHOD:PUBLISH\r\n" in text
    assert f"DTSTART:{meeting.starts_at:%Y%m%dT%H%M%SZ}\r\n" in text
    assert f"DTEND:{meeting.ends_at:%Y%m%dT%H%M%SZ}\r\n" in text
    event = vobject.readOne(text).vevent
    mailed = received(meeting, role)[-1]
    assert event.uid.value == mailed.event.uid.value
    assert int(event.sequence.value) == mailed.sequence
    assert (
        event.summary.value
        == mailed.event.summary.value
        == f"Valuation with {meeting.person(role.other).name}"
    )
    assert meeting.person(role.other).email not in text


def test_a_moved_meeting_replaces_the_entry() -> None:
    now = timezone.now()
    meeting = with_alternative(Role.USER, now=now)
    client = as_person(meeting.student)
    address = f"/meetings/{meeting.pk}/calendar.ics"
    first = vobject.readOne(client.get(address).content.decode()).vevent
    act(meeting, Action.CONFIRM_ALTERNATIVE, BY_EXPERT, now=now)
    second = vobject.readOne(client.get(address).content.decode()).vevent
    assert second.uid.value == first.uid.value
    assert int(second.sequence.value) > int(first.sequence.value)
    assert second.dtstart.value - first.dtstart.value == DAY


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.AGREED])
def test_only_agreed_meetings_go_into_calendars(status: Status) -> None:
    meeting = make_meeting(status, now=timezone.now())
    client = as_person(meeting.student)
    assert "calendar.ics" not in client.get(meeting.get_absolute_url()).content.decode()
    answer = client.get(f"/meetings/{meeting.pk}/calendar.ics", follow=True)
    assert "Only an agreed meeting can be put into a calendar" in answer.content.decode()


def test_the_file_of_others_does_not_exist() -> None:
    meeting = agreed(now=timezone.now())
    for person in (None, PersonFactory.create(), PersonFactory.create(is_staff=True, is_superuser=True)):
        assert as_person(person).get(f"/meetings/{meeting.pk}/calendar.ics").status_code == 404


def test_the_page_counts_down_to_the_opening_of_the_door() -> None:
    meeting = agreed(now=timezone.now())
    page = as_person(meeting.student).get(meeting.get_absolute_url()).content.decode()
    opens = timezone.localtime(meeting.starts_at - timedelta(minutes=15), ZoneInfo("Europe/Prague"))
    assert f'data-countdown="{opens.isoformat()}"' in page
