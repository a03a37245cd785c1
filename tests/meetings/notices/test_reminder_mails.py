"""The mails of the three reminders: their words, where they lead, and whether they are still sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import User
from meetings import links
from meetings.models import Meeting
from meetings.notices import reminders
from meetings.vocabulary import Action, Progress
from notifications import delivery
from notifications.models import MailState, Notification
from tests.factories import PersonFactory
from tests.meetings.notices.moments import LINK, MINUTE, PROGRESS, SECOND, moved_to
from tests.meetings.scenarios import BY_EXPERT, BY_USER, CREDITS, DAY, HOUR, NOW, act, agreed

pytestmark = pytest.mark.django_db


def post(now: datetime) -> None:
    delivery.deliver_due(lambda: now)


# --- What the mails say ----------------------------------------------------------------------------------


@pytest.fixture
def far_apart() -> Meeting:
    """Agree on a meeting of a user in Auckland with an expert in Los Angeles."""
    meeting = agreed(student=PersonFactory.create(credits=CREDITS, time_zone="Pacific/Auckland"))
    User.objects.filter(pk=meeting.expert_id).update(time_zone="America/Los_Angeles")
    moved_to(meeting, datetime(2026, 12, 1, 9, 0, tzinfo=UTC), now=NOW)
    post(NOW)
    mail.outbox.clear()
    return Meeting.objects.get(pk=meeting.pk)


def mails_at(now: datetime) -> dict[str, tuple[str, str]]:
    """Sweep, deliver, and return subject and text by the address."""
    mail.outbox.clear()
    reminders.send_due(now)
    post(now)
    return {message.to[0]: (message.subject, str(message.body)) for message in mail.outbox}


def test_each_reads_the_start_in_the_own_zone(far_apart: Meeting) -> None:
    for now in (far_apart.starts_at - DAY, far_apart.starts_at - HOUR, far_apart.ends_at + DAY):
        mails = mails_at(now)
        assert "Tue 01.12.2026 22:00 (Auckland)" in mails[far_apart.student.email][1]
        assert "Tue 01.12.2026 01:00 (Los Angeles)" in mails[far_apart.expert.email][1]


def test_each_gets_the_own_link_of_this_date(far_apart: Meeting) -> None:
    mails = mails_at(far_apart.starts_at - HOUR)
    assert far_apart.date_version == 2
    for role in (BY_USER, BY_EXPERT):
        subject, text = mails[far_apart.person(role).email]
        (address,) = [word for word in text.split() if "/join/" in word]
        assert subject == LINK
        assert links.read_link(address.rstrip("/").rpartition("/")[2]) == (far_apart.pk, role, 2)
        assert far_apart.person(role.other).name in text


def test_the_last_one_leads_to_the_page_that_asks(far_apart: Meeting) -> None:
    for subject, text in mails_at(far_apart.ends_at + DAY).values():
        assert subject == PROGRESS
        assert f"Record progress: http://127.0.0.1:8000/meetings/{far_apart.pk}/record/" in text
    assert reverse("meetings:act", args=[far_apart.pk, Action.RECORD]) == f"/meetings/{far_apart.pk}/record/"


# --- A mail server that was away -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "meanwhile", "later", "mails"),
    [
        (-HOUR, None, 59 * MINUTE, 2),
        (-HOUR, None, HOUR, 0),
        (-HOUR, Action.CANCEL, 30 * MINUTE, 0),
        (-HOUR, "move", 30 * MINUTE, 0),
        (-DAY, "move", 2 * HOUR, 0),
        (-DAY, Action.CANCEL, 2 * HOUR, 0),
        (-DAY, None, 23 * HOUR - SECOND, 2),
        (-DAY, None, 23 * HOUR, 0),
        (25 * HOUR, None, 3 * DAY, 2),
        (25 * HOUR, Action.RECORD, 3 * DAY, 1),
        (25 * HOUR, None, 6 * DAY, 0),
    ],
)
def test_a_reminder_that_became_pointless_is_not_mailed(
    due: timedelta, meanwhile: str | None, later: timedelta, mails: int
) -> None:
    meeting = agreed()
    post(NOW)
    told_at = meeting.starts_at + due
    reminders.send_due(told_at)
    if meanwhile == "move":
        moved_to(meeting, meeting.starts_at + DAY, now=told_at + MINUTE)
    elif meanwhile:
        typed: dict[str, Any] = {"words": "ill", "progress": Progress.SMOOTH}
        act(meeting, Action(meanwhile), BY_EXPERT, now=told_at + MINUTE, **typed)
    post(told_at + later)
    kinds = ["meeting_reminder", "meeting_link", "progress_reminder"]
    settled = Notification.objects.filter(kind__in=kinds).values_list("mail_state", "mail_problem")
    assert len(settled) == 2
    assert [state for state, _why in settled].count(MailState.SENT) == mails
    assert all(bool(why) == (state == MailState.MOOT) for state, why in settled)
