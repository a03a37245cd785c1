"""Which jobs stand still: known for a while, not paused, and without a success for three of their pauses.

Whatever the cause: nobody serves the queue, beat does not run, Redis is away, or the job itself fails.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.utils.translation import gettext
from django_celery_beat.models import PeriodicTask

from meetings.models import JobRun

PAUSES, AT_LEAST = 3, timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Standstill:
    """A job that stands still, by its name in the schedule, and since when."""

    job: str
    since: datetime

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return gettext(self.job)


def standing_still(now: datetime) -> list[Standstill]:
    """Return the jobs that stand still, in the order of the schedule."""
    runs = {run.task: run for run in JobRun.objects.all()}
    paused = set(PeriodicTask.objects.filter(enabled=False).values_list("name", flat=True))
    rows = ((name, row) for name, row in current_app.conf.beat_schedule.items() if name not in paused)
    found = ((name, _since(runs.get(row["task"]), row["schedule"], now)) for name, row in rows)
    return [Standstill(name, since) for name, since in found if since]


def _since(run: JobRun | None, seconds: float, now: datetime) -> datetime | None:
    """Return the last success, where it is too long ago; before the first, since when one is awaited."""
    if run is None:
        return None
    pause = timedelta(seconds=seconds)
    # What lies in the future was noted by a clock that was ahead: it says nothing.
    times = [at for at in (run.awaited_since, run.succeeded_at) if at and at <= now + pause]
    last = max(times, default=now)
    return last if now - last > max(PAUSES * pause, AT_LEAST) else None
