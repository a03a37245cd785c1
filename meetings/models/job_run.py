"""When each job last ran, and how that went: one row per job, by the clock of the database."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class JobRunQuerySet(models.QuerySet["JobRun"]):
    """What workers write when they begin and end, and what the clock asks."""

    def ages(self) -> dict[str, timedelta | None]:
        """Return how long ago each job last began; None for one that never did."""
        return dict(self.annotate(age=Now() - models.F("started_at")).values_list("task", "age"))

    def await_from_now(self, task: str) -> None:
        """Expect nothing of the time before: the job was paused until now."""
        self.filter(task=task).update(awaited_since=Now())

    def note_start(self, task: str) -> None:
        """Note that a job begins now."""
        self.bulk_create([self.model(task=task)], ignore_conflicts=True)
        self.filter(task=task).update(started_at=Now(), runs=models.F("runs") + 1)

    def note_end(self, task: str, *, succeeded: bool) -> None:
        """Note that a job ended now, and whether it did what it was for."""
        now = Now()
        outcome: dict[str, object] = (
            {"succeeded_at": now}
            if succeeded
            else {"last_failed_at": now, "failures": models.F("failures") + 1}
        )
        self.filter(task=task).update(finished_at=now, **outcome)


class JobRun(models.Model):
    """The runs of one job. A failure is a run that ended with an error; a run that was killed has no end.

    All times are the database's, however the clocks of workers and of the scheduler are set.
    """

    task = models.CharField(max_length=200, unique=True)
    # From when on a success is awaited: since the job is known, or since it was resumed.
    awaited_since = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(_("last started"), null=True)
    finished_at = models.DateTimeField(_("last finished"), null=True)
    succeeded_at = models.DateTimeField(_("last succeeded"), null=True)
    last_failed_at = models.DateTimeField(_("last failed"), null=True)
    runs = models.PositiveBigIntegerField(_("number of runs"), default=0)
    failures = models.PositiveBigIntegerField(_("number of failures"), default=0)

    objects = JobRunQuerySet.as_manager()

    def __str__(self) -> str:
        return self.task
