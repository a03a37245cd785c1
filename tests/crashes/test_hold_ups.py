"""A slow mail server or a video platform that hangs holds up no job but its own."""

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from expertim.redis_address import for_celery
from expertim.schedule import JOBS, MAIL, QUEUES, ROUTES, VIDEO
from meetings.models import JobRun
from meetings.vocabulary import Status
from notifications import nudge
from notifications.models import MailState, Notification
from tests import queues, webserver
from tests.crashes.due import mails_due
from tests.crashes.programs import Programs, await_that
from tests.mailserver import MailServer
from tests.meetings.scenarios import DAY, agreed

PAUSE = 8.0  # seconds, where it is a minute in production; a busy machine needs some to start a job
MINUTELY = {job.task: job.queue for job in JOBS.values() if job.pause == 60.0}
LOOKS_FOR = 30.0
MAILS, SECONDS_PER_MAIL = 132, 5.0
ROOMS = 12


@pytest.fixture(autouse=True)
def _their_redis(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nudge, and look at the queues, where the programs do."""
    for name in ("broker_write_url", "broker_read_url"):
        monkeypatch.setattr(current_app.conf, name, for_celery(programs.redis_url))


def start(programs: Programs) -> None:
    """Start what the README names, with short pauses."""
    programs.more = {**programs.more, "HURRIED_PAUSE": str(PAUSE)}
    workers = [programs.start_worker(queues=queue, children=1 if queue == MAIL else 2) for queue in QUEUES]
    for worker in workers:
        programs.await_ready(worker)
    programs.start_beat()
    begun = JobRun.objects.exclude(started_at=None)
    await_that(lambda: begun.filter(task__in=MINUTELY).count() == len(MINUTELY), "each job has begun once")


def beginnings(nudged: str) -> tuple[dict[str, set[datetime]], int]:
    """Watch when each job begins while one is asked for again and again, and how often that waits at most."""
    seen: dict[str, set[datetime]] = defaultdict(set)
    most, until = 0, time.monotonic() + LOOKS_FOR
    while time.monotonic() < until:
        nudge.ask_for(nudged)
        most = max(most, queues.jobs_in(ROUTES[nudged]["queue"]).count(nudged))
        for task, at in JobRun.objects.exclude(started_at=None).values_list("task", "started_at"):
            seen[task].add(at)
        time.sleep(0.2)
    return seen, most


def longest_gap(times: set[datetime], since: datetime) -> float:
    """Return the longest time in seconds without a beginning."""
    moments = sorted({since, timezone.now(), *times})
    return max((later - earlier).total_seconds() for earlier, later in pairwise(moments))


def assert_others_are_punctual(seen: dict[str, set[datetime]], busy: str, since: datetime) -> None:
    gaps = {task: longest_gap(seen[task], since) for task, queue in MINUTELY.items() if queue != busy}
    print({task: f"{gap / PAUSE:.1f} pauses" for task, gap in gaps.items()})
    assert max(gaps.values()) <= 2 * PAUSE, gaps


def test_a_slow_mail_server_holds_up_no_other_job(programs: Programs, mail_server: MailServer) -> None:
    mails_due(MAILS, timezone.now())
    mail_server.forget()
    mail_server.seconds_per_mail = SECONDS_PER_MAIL
    start(programs)
    since = timezone.now()
    seen, most = beginnings("notifications.jobs.deliver_mails")
    sent = Notification.objects.filter(mail_state=MailState.SENT).count()
    print(f"{sent} of {MAILS} mails sent, at most {most} nudges waited")
    assert 0 < sent < MAILS, "all the while the job had work"
    assert_others_are_punctual(seen, MAIL, since)
    assert most <= 1


@pytest.fixture
def hanging_platform(settings: Any, programs: Programs) -> Iterator[webserver.WebServer]:
    """A video platform that takes requests and answers none in time."""
    with webserver.WebServer(lambda _request: webserver.Reply()) as server:
        server.always = webserver.late(60)
        given = {
            "VIDEO_PLATFORM": "bigbluebutton",
            "BBB_URL": f"{server.url}/bigbluebutton",
            "BBB_SECRET": "s",
        }
        settings.VIDEO_PLATFORM = given["VIDEO_PLATFORM"]
        programs.more = given
        yield server


def test_a_video_platform_that_hangs_holds_up_no_other_job(
    programs: Programs, hanging_platform: webserver.WebServer
) -> None:
    earlier = timezone.now() - DAY
    for _number in range(ROOMS):
        meeting = agreed(price=0, now=earlier, starts_in=DAY + timedelta(minutes=4))
        assert meeting.status == Status.AGREED
    start(programs)
    since = timezone.now()
    seen, most = beginnings("meetings.jobs.prepare_rooms")
    print(f"{len(hanging_platform.requests)} requests hung, at most {most} nudges waited")
    assert hanging_platform.requests, "the platform was asked"
    assert_others_are_punctual(seen, VIDEO, since)
    assert most <= 1
