"""Jobs that stand still are an alarm on the operators' start page; paused ones and new ones are not."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from expertim.schedule import JOBS
from meetings.admin.overdue_jobs import standing_still
from meetings.management.commands import prepare
from meetings.models import JobRun
from tests.factories import PersonFactory

# Listing the jobs closes the connection, which no test's transaction would survive.
pytestmark = pytest.mark.django_db(transaction=True)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MAILS = "deliver mails"
LIST = reverse("admin:django_celery_beat_periodictask_changelist")


@pytest.fixture(autouse=True)
def _installed() -> None:
    prepare.list_jobs()


def note(name: str = MAILS, **times: datetime) -> None:
    JobRun.objects.filter(task=JOBS[name].task).update(**times)


def still(now: datetime) -> list[str]:
    return [each.job for each in standing_still(now)]


def all_succeed(at: datetime) -> None:
    JobRun.objects.update(started_at=at, finished_at=at, succeeded_at=at)


def test_jobs_of_a_new_installation_have_time_for_their_first_run() -> None:
    now = timezone.now()
    assert still(now + 2.9 * MINUTE) == []
    quick = [name for name, job in JOBS.items() if job.pause <= 60]
    assert still(now + 4 * MINUTE) == quick, "nobody works"
    assert still(now + 4 * DAY) == list(JOBS)


def test_a_job_without_a_success_for_three_pauses_stands_still() -> None:
    now = timezone.now()
    note(awaited_since=now - DAY)
    for pauses, found in ((2.9, []), (3.1, [MAILS])):
        note(succeeded_at=now - pauses * MINUTE, started_at=now, last_failed_at=now)
        assert still(now) == found, "starting and failing is no success"
    note("audit the books", awaited_since=now - 9 * DAY, succeeded_at=now - 2.9 * DAY)
    assert still(now) == [MAILS]
    note("audit the books", succeeded_at=now - 3.1 * DAY)
    assert still(now) == [MAILS, "audit the books"]


def test_a_success_that_a_clock_ahead_wrote_down_hides_nothing() -> None:
    now = timezone.now()
    note(awaited_since=now - DAY, succeeded_at=now + DAY)
    assert still(now) == [MAILS]


def test_the_start_page_says_so_and_leads_to_the_job(client: Client) -> None:
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    assert "Jobs that stand still" not in client.get("/admin/").text
    note(awaited_since=timezone.now() - DAY, succeeded_at=timezone.now() - 5 * MINUTE)
    page = client.get("/admin/").text
    assert "“deliver mails” has not succeeded since" in page
    assert f'href="{LIST}?state=still"' in page
    shown = client.get(f"{LIST}?state=still")
    assert [job.name for job in shown.context["cl"].result_list] == [MAILS]
    assert "stands still" in shown.text


def test_who_may_not_see_the_jobs_is_told_without_a_link(client: Client) -> None:
    note(awaited_since=timezone.now() - DAY)
    client.force_login(PersonFactory.create(is_staff=True))
    page = client.get("/admin/").text
    assert "“deliver mails” has not succeeded since" in page
    assert "?state=still" not in page


def test_a_paused_job_is_no_alarm_and_is_awaited_anew_when_it_is_resumed(client: Client) -> None:
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    note(awaited_since=timezone.now() - DAY)
    job = PeriodicTask.objects.get(name=MAILS)
    act = {"_selected_action": [job.pk]}
    client.post(LIST, {"action": "pause", **act})
    assert still(timezone.now()) == []
    assert '<td class="field-state">paused</td>' in client.get(LIST).text
    note(awaited_since=timezone.now() - DAY)
    client.post(LIST, {"action": "resume", **act})
    assert still(timezone.now()) == []
    note(awaited_since=timezone.now() - DAY)
    page = reverse("admin:django_celery_beat_periodictask_change", args=[job.pk])
    client.post(page, {})
    assert still(timezone.now()) == []
    note(awaited_since=timezone.now() - DAY)
    client.post(page, {"enabled": "on"})
    assert still(timezone.now()) == []


def test_the_list_asks_once_for_all_jobs(client: Client) -> None:
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    client.get(LIST)
    with CaptureQueriesContext(connection) as captured:
        client.get(LIST)
    assert len([each for each in captured if "meetings_jobrun" in each["sql"]]) <= 4


def test_each_job_shows_its_runs(client: Client) -> None:
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    now = timezone.now()
    all_succeed(now)
    note(failures=7, runs=812, last_failed_at=now - DAY)
    job = PeriodicTask.objects.get(name=MAILS)
    page = client.get(reverse("admin:django_celery_beat_periodictask_change", args=[job.pk])).text
    for words in ("Last started", "Last finished", "Last succeeded", "Last failed", "812"):
        assert words in page
    (row,) = [job for job in client.get(LIST).context["cl"].result_list if job.name == MAILS]
    assert (row.run_failures, row.run_started_at, row.run_succeeded_at) == (7, now, now)
