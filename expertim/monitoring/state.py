"""What the database says at the moment that Prometheus asks: what waits, for how long, what went wrong."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from expertim.monitoring import health
from expertim.schedule import JOBS, TASKS
from meetings.admin.overdue_jobs import standing_still
from meetings.models import AuditRun, JobRun, Meeting, Reminder, VideoRoom
from meetings.models.video import Trouble
from notifications.delivery import OUTBOXES

# A metric's name without the beginning that all have, the values of its labels, its value.
Sample = tuple[str, tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A metric: what it says, its labels, and whether it only ever grows."""

    help: str
    labels: tuple[str, ...] = ()
    kind: Literal["gauge", "counter"] = "gauge"


MEANINGS = {
    "dependency_up": Meaning("1 while it answers as it should, else 0.", ("dependency",)),
    "reminders_due": Meaning("Reminders whose moment has come and that are not sent."),
    "reminders_oldest_due_age_seconds": Meaning("For how long the oldest of them has been due; 0 without."),
    "mails_waiting": Meaning("Mails not sent yet, be they to be sent now or later.", ("outbox",)),
    "mails_due": Meaning("Mails that are to be sent now.", ("outbox",)),
    "mails_oldest_due_age_seconds": Meaning(
        "For how long the oldest of them has been due; 0 without.", ("outbox",)
    ),
    "mails_given_up": Meaning("Mails that are not tried any more until an operator says so.", ("outbox",)),
    "video_rooms_in_trouble": Meaning("Video rooms that are not as they should be.", ("trouble",)),
    "video_rooms_due": Meaning("Video rooms of which the platform is to be told something now."),
    "video_rooms_oldest_due_age_seconds": Meaning("For how long the oldest of them has been due; 0 without."),
    "meetings_under_review": Meaning("Meetings that wait for an operator's decision."),
    "meetings_under_review_oldest_age_seconds": Meaning("How long ago the first of them ended; 0 without."),
    "audit_differences": Meaning("What the last audit of the books found wrong."),
    "audit_timestamp_seconds": Meaning("When the books were last audited."),
    "job_starts": Meaning("How often the job began.", ("task",), "counter"),
    "job_failures": Meaning("How often the job ended with an error.", ("task",), "counter"),
    "job_last_success_timestamp_seconds": Meaning("When the job last did what it is for.", ("task",)),
    "job_last_failure_timestamp_seconds": Meaning("When the job last ended with an error.", ("task",)),
    "job_standing_still": Meaning("1 while the job has not succeeded for three of its pauses.", ("task",)),
}


class StateCollector(Collector):
    """Asks the database, unless that is away: then only so much is said."""

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics that have a value now."""
        families: dict[str, Metric] = {}
        for name, labels, value in _samples():
            family = families.setdefault(name, _family(name, MEANINGS[name]))
            family.add_metric(labels, value)  # type: ignore[attr-defined] # both kinds have it
        yield from families.values()


def _family(name: str, meaning: Meaning) -> Metric:
    family = CounterMetricFamily if meaning.kind == "counter" else GaugeMetricFamily
    return family(f"expertim_{name}", meaning.help, labels=meaning.labels)


def _samples() -> Iterator[Sample]:
    answers = health.answers()
    for dependency, answer in answers.items():
        yield "dependency_up", (dependency,), answer == health.OK
    if answers["migrations"] == health.OK:
        now = timezone.now()
        for read in READERS:
            yield from read(now)


def _reminders(now: datetime) -> Iterable[Sample]:
    return _due("reminders", Reminder.objects.due(now), "due_at", now)


def _mails(now: datetime) -> Iterator[Sample]:
    for outbox in OUTBOXES:
        rows = outbox.rows.select_related(None)
        label = (rows.model._meta.model_name,)
        yield "mails_waiting", label, rows.mail_waiting().count()
        yield "mails_given_up", label, rows.mail_given_up().count()
        yield from _due("mails", rows.mail_due(now), "mail_due_at", now, label)


def _rooms(now: datetime) -> Iterator[Sample]:
    numbers = dict(VideoRoom.objects.in_trouble().order_by().values_list("trouble").annotate(Count("pk")))
    for trouble in Trouble.values:
        yield "video_rooms_in_trouble", (trouble,), numbers.get(trouble, 0)
    yield from _due("video_rooms", VideoRoom.objects.due(now), "due_at", now)


def _disputes(now: datetime) -> Iterator[Sample]:
    number, age = _backlog(Meeting.objects.under_review(), "ends_at", now)
    yield "meetings_under_review", (), number
    yield "meetings_under_review_oldest_age_seconds", (), age


def _audit(_now: datetime) -> Iterator[Sample]:
    run = AuditRun.objects.latest_run()
    if run is not None:
        yield "audit_differences", (), len(run.differences)
        yield "audit_timestamp_seconds", (), run.at.timestamp()


def _jobs(now: datetime) -> Iterator[Sample]:
    still = {JOBS[job.job].task for job in standing_still(now)}
    for run in JobRun.objects.filter(task__in=TASKS):
        label = (run.task,)
        yield "job_starts", label, run.runs
        yield "job_failures", label, run.failures
        yield "job_standing_still", label, run.task in still
        for what, at in (("success", run.succeeded_at), ("failure", run.last_failed_at)):
            if at:
                yield f"job_last_{what}_timestamp_seconds", label, at.timestamp()


def _due(
    name: str, rows: "QuerySet[Any]", field: str, now: datetime, labels: tuple[str, ...] = ()
) -> Iterator[Sample]:
    number, age = _backlog(rows, field, now)
    yield f"{name}_due", labels, number
    yield f"{name}_oldest_due_age_seconds", labels, age


def _backlog(rows: "QuerySet[Any]", field: str, now: datetime) -> tuple[int, float]:
    """Return how many rows there are, and how many seconds ago the time of the oldest was."""
    found = rows.order_by().aggregate(number=Count("pk"), oldest=Min(field))
    return found["number"], (now - found["oldest"]).total_seconds() if found["oldest"] else 0


READERS: tuple[Callable[[datetime], Iterable[Sample]], ...] = (
    _reminders,
    _mails,
    _rooms,
    _disputes,
    _audit,
    _jobs,
)
