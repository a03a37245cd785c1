"""What workers write down about each run of a job, by the clock of the database."""

from datetime import timedelta

import pytest
import time_machine
from celery import current_app
from celery.signals import task_postrun, task_prerun
from django.db import DatabaseError
from django.utils import timezone

from meetings.models import JobRun
from meetings.models.job_run import JobRunQuerySet

pytestmark = pytest.mark.django_db
JOB = "meetings.jobs.send_reminders"


def run(task: str = JOB, state: str = "SUCCESS") -> JobRun | None:
    """Let a worker run a job."""
    current_app.loader.import_default_modules()
    job = current_app.tasks[task]
    task_prerun.send(sender=job, task_id="1", task=job)
    task_postrun.send(sender=job, task_id="1", task=job, state=state)
    return JobRun.objects.filter(task=task).first()


def test_a_run_that_succeeds_is_noted() -> None:
    before = timezone.now() - timedelta(seconds=1)
    row = run()
    assert row
    assert row.started_at
    assert row.finished_at
    assert before < row.started_at <= row.finished_at == row.succeeded_at
    assert (row.last_failed_at, row.runs, row.failures) == (None, 1, 0)


def test_a_run_that_fails_is_noted_beside_the_last_success() -> None:
    first = run()
    row = run(state="FAILURE")
    assert first
    assert row
    assert row.succeeded_at == first.succeeded_at
    assert row.last_failed_at == row.finished_at
    assert (row.runs, row.failures) == (2, 1)


def test_a_run_that_is_killed_has_no_end() -> None:
    JobRun.objects.note_start(JOB)
    row = JobRun.objects.get()
    assert row.started_at
    assert (row.finished_at, row.succeeded_at, row.runs, row.failures) == (None, None, 1, 0)


def test_the_times_are_those_of_the_database() -> None:
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        row = run()
    assert row
    assert row.started_at
    assert row.started_at < timezone.now() + timedelta(hours=1)


def test_only_our_own_jobs_are_noted() -> None:
    assert run("celery.backend_cleanup") is None


@pytest.mark.django_db(transaction=True)
def test_a_job_runs_though_its_times_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_what: object, **_how: object) -> None:
        raise DatabaseError("The disk is full.")

    monkeypatch.setattr(JobRunQuerySet, "note_start", fail)
    ran = run()
    assert ran is None
