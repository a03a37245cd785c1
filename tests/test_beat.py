"""The clock: what is overdue runs, whatever restarts, corrected clocks and lost messages came between."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from celery import current_app
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from expertim.beat import LOOK_EVERY, WAIT_IN_TROUBLE, Scheduler
from expertim.schedule import JOBS, TASKS
from meetings.models import JobRun
from runner.addresses import free_port
from tests import mailserver
from tests import queues as waiting

# Beat closes its connection to the database now and then, which no test's transaction would survive.
pytestmark = pytest.mark.django_db(transaction=True)

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
QUEUE_OF = {job.task: job.queue for job in JOBS.values()}
PAUSE_OF = {job.task: timedelta(seconds=job.pause) for job in JOBS.values()}


@pytest.fixture(autouse=True)
def _empty_queues() -> Iterator[None]:
    waiting.forget()
    yield
    waiting.forget()


def beat() -> Scheduler:
    """Start beat anew."""
    return Scheduler(app=current_app)


def began(ago: timedelta, *tasks: str) -> None:
    """Let these jobs, or all, have begun so long ago by the database's clock."""
    for task in tasks or TASKS:
        JobRun.objects.update_or_create(task=task, defaults={"started_at": Now() - ago})


def asked() -> set[str]:
    """Return what waits in all queues, after looking that nothing waits twice or in a wrong place."""
    queues = waiting.all_jobs()
    for queue, tasks in queues.items():
        assert len(tasks) == len(set(tasks))
        assert {QUEUE_OF[task] for task in tasks} <= {queue}
    return {task for tasks in queues.values() for task in tasks}


def test_at_the_first_start_every_job_runs_at_once() -> None:
    assert beat().tick() == LOOK_EVERY
    assert asked() == TASKS


def test_what_waits_is_not_asked_for_again() -> None:
    for _restart in range(3):
        clock = beat()
        for _look in range(3):
            clock.tick()
    assert asked() == TASKS


def test_each_job_runs_when_its_pause_is_over() -> None:
    clock = beat()
    for task, pause in PAUSE_OF.items():
        began(timedelta(0))
        began(pause - 10 * SECOND, task)
        clock.tick()
        assert asked() == set()
        began(pause, task)
        clock.tick()
        assert asked() == {task}
        waiting.forget()


@pytest.mark.parametrize("every", [timedelta(minutes=10), 7 * HOUR], ids=str)
def test_daily_jobs_run_though_beat_is_restarted_again_and_again(every: timedelta) -> None:
    """Each start is a new beat, on a machine whose clock went on; the jobs began once, a while before."""
    daily = {task for task, pause in PAUSE_OF.items() if pause == DAY}
    ago = max(timedelta(0), DAY - 3 * every)
    while not asked() & daily:
        began(ago, *daily)
        with time_machine.travel(timezone.now() + ago):
            beat().tick()
        ago += every
    assert asked() >= daily
    assert DAY <= ago - every < DAY + every


def test_jobs_run_after_the_clock_was_set_back() -> None:
    """What was written down by a clock that was ahead lies in the future."""
    clock = beat()
    for ahead in (20 * SECOND, HOUR, DAY, 400 * DAY):
        began(-ahead)
        PeriodicTask.objects.update(last_run_at=timezone.now() + ahead)
        clock.tick()
        assert asked() == TASKS, ahead
        waiting.forget()
    beat().tick()
    assert asked() == TASKS


@pytest.mark.parametrize("off", [-DAY, DAY], ids=str)
def test_the_clock_of_the_machine_of_beat_does_not_matter(off: timedelta) -> None:
    began(2 * SECOND)
    began(DAY, "meetings.jobs.audit_books")
    with time_machine.travel(timezone.now() + off):
        clock = beat()
        clock.tick()
    assert asked() == {"meetings.jobs.audit_books"}
    began(timedelta(minutes=1), "meetings.jobs.let_time_pass")
    clock.tick()  # corrected while it runs
    assert asked() == {"meetings.jobs.audit_books", "meetings.jobs.let_time_pass"}


def test_what_was_lost_is_asked_for_again() -> None:
    clock = beat()
    clock.tick()
    waiting.forget()
    clock.tick()
    assert asked() == TASKS


def test_a_paused_job_is_passed_by_and_runs_at_once_when_it_is_resumed() -> None:
    clock = beat()
    job = PeriodicTask.objects.get(name="deliver mails")
    job.enabled = False
    job.save()
    clock.tick()
    assert asked() == TASKS - {job.task}
    job.enabled = True
    job.save()
    clock.tick()
    assert asked() == TASKS


def test_beat_outlives_a_connection_to_the_database_that_was_cut() -> None:
    clock = beat()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    cut(pid)
    try:
        # Redis may be too slow for one look on a busy machine: it is not waited for longer than 0.2 s.
        assert LOOK_EVERY in [clock.tick() for _look in range(10)]
        assert asked() == TASKS
    finally:
        connection.close_pool()  # the cut one may have gone back into it unnoticed, for the next test to take


def cut(pid: int) -> None:
    """End a connection from another one."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    finally:
        other.close()


def test_beat_goes_on_without_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = beat()
    with monkeypatch.context() as away:
        nowhere = f"redis://{mailserver.HOST}:{free_port()}/0"
        away.setattr(current_app.conf, "broker_write_url", nowhere)
        assert clock.tick() == WAIT_IN_TROUBLE
    assert asked() == set()
    assert clock.tick() == LOOK_EVERY
    assert asked() == TASKS
