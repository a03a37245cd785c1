"""The jobs: all exist, none is left over, and a paused one stays paused."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from celery import Task, current_app
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from expertim.beat import Scheduler
from expertim.schedule import QUEUES, ROUTES, SCHEDULE
from meetings.management.commands import prepare
from meetings.models import JobRun
from tests.factories import PersonFactory
from tests.pages import inline_code

# Beat closes its connection to the database now and then, which no test's transaction would survive.
pytestmark = pytest.mark.django_db(transaction=True)


def start_the_clock() -> Scheduler:
    """Let beat do what it does when it starts."""
    scheduler = Scheduler(app=current_app, lazy=True)
    scheduler.setup_schedule()
    return scheduler


@pytest.fixture
def old_job() -> PeriodicTask:
    every, _ = IntervalSchedule.objects.get_or_create(every=5, period=IntervalSchedule.MINUTES)
    return PeriodicTask.objects.create(name="an old job", task="meetings.jobs.gone", interval=every)


@pytest.fixture
def site(client: Client) -> Iterator[Client]:
    start_the_clock()
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    return client


def names() -> set[str]:
    return set(PeriodicTask.objects.values_list("name", flat=True))


@pytest.mark.parametrize("name", SCHEDULE)
def test_every_scheduled_job_exists(name: str) -> None:
    task = SCHEDULE[name]["task"]
    job = import_string(task)
    assert isinstance(job, Task)
    assert job.name == task
    current_app.loader.import_default_modules()
    assert task in current_app.tasks
    assert SCHEDULE[name]["schedule"] > 0


def test_every_job_has_a_queue_that_a_plain_worker_serves() -> None:
    assert set(ROUTES) == {row["task"] for row in SCHEDULE.values()}
    assert set(current_app.amqp.queues.consume_from) == set(QUEUES)
    queues = {task: current_app.amqp.router.route({}, task)["queue"].name for task in ROUTES}
    assert queues == {task: route["queue"] for task, route in ROUTES.items()}
    outside = {task for task, queue in queues.items() if queue != "celery"}
    assert outside == {
        "notifications.jobs.deliver_mails",
        "meetings.jobs.prepare_rooms",
        "meetings.jobs.watch_rooms",
    }


def test_every_job_is_scheduled() -> None:
    current_app.loader.import_default_modules()
    ours = {name for name in current_app.tasks if not name.startswith(("celery.", "tests."))}
    assert ours == {row["task"] for row in SCHEDULE.values()}


def test_the_clock_writes_a_row_for_each() -> None:
    start_the_clock()
    start_the_clock()
    assert names() == {*SCHEDULE}
    assert PeriodicTask.objects.count() == len(SCHEDULE)


def test_jobs_that_the_code_no_longer_names_are_removed_and_the_clock_hears_of_it(
    old_job: PeriodicTask,
) -> None:
    start_the_clock()
    before = PeriodicTasks.last_change()
    prepare.remove_old_jobs()
    assert names() == {*SCHEDULE}
    assert PeriodicTasks.last_change() > before
    prepare.remove_old_jobs()
    assert names() == {*SCHEDULE}


def test_a_new_database_has_nothing_to_remove() -> None:
    prepare.remove_old_jobs()
    assert names() == set()


def test_a_paused_job_stays_paused() -> None:
    start_the_clock()
    PeriodicTask.objects.filter(name="deliver mails").update(enabled=False)
    prepare.remove_old_jobs()
    scheduler = start_the_clock()
    paused = PeriodicTask.objects.filter(enabled=False)
    assert [job.name for job in paused] == ["deliver mails"]
    assert set(scheduler.all_as_schedule()) == {*SCHEDULE} - {"deliver mails"}


def test_a_job_keeps_its_pause_when_its_interval_changes() -> None:
    scheduler = start_the_clock()
    PeriodicTask.objects.filter(name="send reminders").update(enabled=False)
    scheduler.update_from_dict({"send reminders": {**SCHEDULE["send reminders"], "schedule": 120.0}})
    job = PeriodicTask.objects.get(name="send reminders")
    assert (job.enabled, job.interval.every) == (False, 120)


def test_preparing_removes_old_jobs(old_job: PeriodicTask, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **_how: taken.append(name))
    printed = StringIO()
    call_command(prepare.Command(), stdout=printed)
    assert names() == {*SCHEDULE}
    assert set(JobRun.objects.values_list("task", "started_at")) == {(task, None) for task in ROUTES}
    assert taken == ["migrate", "collectstatic"]
    assert "jobs: done in" in printed.getvalue()


def act_on(site: Client, action: str, *jobs: str) -> Any:
    chosen = PeriodicTask.objects.filter(name__in=jobs).values_list("pk", flat=True)
    page = reverse("admin:django_celery_beat_periodictask_changelist")
    return site.post(page, {"action": action, "_selected_action": list(chosen)}, follow=True)


def test_operators_pause_and_resume_jobs(site: Client) -> None:
    before = PeriodicTasks.last_change()
    page = act_on(site, "pause", "deliver mails", "send reminders")
    assert "“deliver mails” is paused." in page.text
    assert {job.name for job in PeriodicTask.objects.filter(enabled=False)} == {
        "deliver mails",
        "send reminders",
    }
    assert PeriodicTasks.last_change() > before, "the clock reads its jobs again"
    assert "“deliver mails” runs again." in act_on(site, "resume", "deliver mails", "audit the books").text
    assert [job.name for job in PeriodicTask.objects.filter(enabled=False)] == ["send reminders"]
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == [
        "Paused: runs → paused.",
        "Paused: runs → paused.",
        "Resumed: paused → runs.",
    ]


def test_a_job_is_paused_on_its_page_and_nothing_else_of_it_is_changed(site: Client) -> None:
    job = PeriodicTask.objects.get(name="audit the books")
    page = reverse("admin:django_celery_beat_periodictask_change", args=[job.pk])
    assert site.post(page, {"name": "x", "task": "os.system", "args": "[1]"}).status_code == 302
    now = PeriodicTask.objects.get(pk=job.pk)
    assert (now.name, now.task, now.args, now.enabled) == (job.name, job.task, job.args, False)
    assert (
        site.post(reverse("admin:django_celery_beat_periodictask_delete", args=[job.pk])).status_code == 403
    )
    assert site.get(reverse("admin:django_celery_beat_periodictask_add")).status_code == 403


def test_these_pages_have_no_inline_code(site: Client) -> None:
    job = PeriodicTask.objects.get(name="audit the books")
    for page in (
        reverse("admin:django_celery_beat_periodictask_changelist"),
        reverse("admin:django_celery_beat_periodictask_change", args=[job.pk]),
    ):
        answer = site.get(page)
        assert answer.status_code == 200
        assert inline_code(answer.text) == []


@pytest.mark.parametrize("other", ["interval", "crontab", "solar", "clocked"])
def test_schedules_have_no_pages(other: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:django_celery_beat_{other}schedule_changelist")


def test_who_may_only_look_pauses_nothing(client: Client) -> None:
    start_the_clock()
    client.force_login(PersonFactory.create(is_staff=True))
    assert act_on(client, "pause", "deliver mails").status_code == 403
    assert not PeriodicTask.objects.filter(enabled=False).exists()
