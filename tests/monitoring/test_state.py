"""What the database tells Prometheus: what waits, for how long, and what went wrong."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from expertim.monitoring import health, state
from meetings.models import AuditRun, JobRun, Reminder, VideoRoom
from meetings.vocabulary import Status
from notifications.models import AccountMail, MailState, Notification
from tests.meetings.scenarios import DAY, HOUR, NOW, agreed, make_meeting, suggest

pytestmark = pytest.mark.django_db

GOOD = {"database": "ok", "migrations": "ok", "redis": "ok"}


@pytest.fixture(autouse=True)
def all_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """What test_health.py is about."""
    monkeypatch.setattr(health, "answers", lambda: GOOD)


def told(now: datetime) -> dict[str, float]:
    """Return the values as Prometheus writes their names, without what all begin with."""
    with time_machine.travel(now, tick=False):
        samples = [sample for family in state.StateCollector().collect() for sample in family.samples]
    return {written(sample.name, sample.labels): sample.value for sample in samples}


def written(name: str, labels: dict[str, str]) -> str:
    inner = ",".join(labels.values())
    return name.removeprefix("expertim_") + (f"{{{inner}}}" if inner else "")


def test_nothing_waits_on_an_empty_site() -> None:
    values = told(NOW)
    assert {name for name, value in values.items() if value} == {
        "dependency_up{database}",
        "dependency_up{migrations}",
        "dependency_up{redis}",
    }
    assert "audit_timestamp_seconds" not in values


def test_reminders_that_are_due() -> None:
    meeting = agreed()
    assert told(NOW)["reminders_due"] == 0
    due = Reminder.objects.filter(meeting=meeting).order_by("due_at")
    values = told(due[0].due_at + timedelta(minutes=7))
    assert values["reminders_due"] == 1
    assert values["reminders_oldest_due_age_seconds"] == 7 * 60


def test_mails_that_wait_are_due_and_were_given_up() -> None:
    suggest()
    Notification.objects.update(mail_due_at=NOW - 2 * HOUR)
    number = Notification.objects.count()
    values = told(NOW)
    assert [values[f"mails_{what}{{notification}}"] for what in ("waiting", "due", "given_up")] == [
        number,
        number,
        0,
    ]
    assert values["mails_oldest_due_age_seconds{notification}"] == 2 * 3600
    Notification.objects.update(mail_due_at=NOW + HOUR)
    values = told(NOW)
    assert [values[f"mails_{what}{{notification}}"] for what in ("waiting", "due")] == [number, 0]
    assert values["mails_oldest_due_age_seconds{notification}"] == 0
    Notification.objects.update(mail_state=MailState.FAILED, mail_due_at=None)
    values = told(NOW)
    assert [values[f"mails_{what}{{notification}}"] for what in ("waiting", "given_up")] == [0, number]


def test_mails_about_signing_in_are_counted_apart() -> None:
    AccountMail.objects.create(
        address="jana@example.com",
        language="en",
        kind="x",
        created_at=NOW,
        mail_state=MailState.WAITING,
        mail_due_at=NOW - HOUR,
    )
    values = told(NOW)
    assert values["mails_oldest_due_age_seconds{accountmail}"] == 3600
    assert values["mails_due{notification}"] == 0


def test_rooms_in_trouble_and_due() -> None:
    room = VideoRoom.objects.get(meeting=agreed())
    VideoRoom.objects.filter(pk=room.pk).update(
        trouble="helpless", troubled_since=NOW, due_at=NOW - timedelta(seconds=90), busy_until=None
    )
    values = told(NOW)
    assert values["video_rooms_in_trouble{helpless}"] == 1
    assert values["video_rooms_in_trouble{retrying}"] == 0
    assert (values["video_rooms_due"], values["video_rooms_oldest_due_age_seconds"]) == (1, 90)


def test_meetings_under_review() -> None:
    meeting = make_meeting(Status.UNDER_REVIEW)
    values = told(meeting.ends_at + 3 * DAY)
    assert values["meetings_under_review"] == 1
    assert values["meetings_under_review_oldest_age_seconds"] == 3 * 86_400


def test_the_last_audit() -> None:
    AuditRun.objects.create(at=NOW - DAY, differences=["a", "b", "c"])
    AuditRun.objects.create(at=NOW - HOUR, differences=["a", "b"])
    values = told(NOW)
    assert values["audit_differences"] == 2
    assert values["audit_timestamp_seconds"] == (NOW - HOUR).timestamp()


MAILS = "notifications.jobs.deliver_mails"


def test_jobs_by_outcome_and_age() -> None:
    for succeeded in (True, False, False):
        JobRun.objects.note_start(MAILS)
        JobRun.objects.note_end(MAILS, succeeded=succeeded)
    JobRun.objects.update(awaited_since=NOW - HOUR, succeeded_at=NOW, last_failed_at=NOW + HOUR)
    values = told(NOW + timedelta(seconds=179))
    assert {name: value for name, value in values.items() if name.endswith(f"{{{MAILS}}}")} == {
        f"job_starts_total{{{MAILS}}}": 3,
        f"job_failures_total{{{MAILS}}}": 2,
        f"job_standing_still{{{MAILS}}}": 0,
        f"job_last_success_timestamp_seconds{{{MAILS}}}": NOW.timestamp(),
        f"job_last_failure_timestamp_seconds{{{MAILS}}}": (NOW + HOUR).timestamp(),
    }
    assert told(NOW + timedelta(seconds=181))[f"job_standing_still{{{MAILS}}}"] == 1


def test_what_is_no_job_of_ours_makes_no_label() -> None:
    JobRun.objects.note_start("of.yesterday")
    assert not any("of.yesterday" in name for name in told(NOW))


def test_more_rows_cost_no_more_queries() -> None:
    def number() -> int:
        with CaptureQueriesContext(connection) as queries:
            told(NOW)
        return len(queries)

    suggest()
    with_one = number()
    for _time in range(3):
        agreed()
        make_meeting(Status.UNDER_REVIEW)
    assert number() == with_one <= 14


@pytest.mark.parametrize(
    "answers", [{"database": "away", "migrations": "unknown"}, {"migrations": "missing"}]
)
def test_without_its_tables_only_that_is_told(monkeypatch: pytest.MonkeyPatch, answers: Any) -> None:
    monkeypatch.setattr(health, "answers", lambda: GOOD | answers)
    with CaptureQueriesContext(connection) as queries:
        values = told(NOW)
    assert len(queries) == 0
    assert values == {f"dependency_up{{{name}}}": answer == "ok" for name, answer in (GOOD | answers).items()}


def test_every_metric_has_a_meaning_and_every_meaning_a_metric() -> None:
    AuditRun.objects.create(at=NOW, differences=[])
    for succeeded in (True, False):
        JobRun.objects.note_start(MAILS)
        JobRun.objects.note_end(MAILS, succeeded=succeeded)
    names = {name.partition("{")[0].removesuffix("_total") for name in told(NOW)}
    assert names == set(state.MEANINGS)
