"""Jobs: each looks for what is due and may run at any time, any number of times, in any number of workers."""

import logging
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from meetings import audit
from meetings.lifecycle import idempotency, workflow
from meetings.models import AuditRun, Meeting
from meetings.notices import reminders
from meetings.video import outbox, presence

log = logging.getLogger(__name__)

BATCH = 1000


@shared_task
def let_time_pass() -> None:
    """Expire, lapse and evaluate what is due (spec: Time passing)."""
    now = timezone.now()
    done = sum(_apply_due_transitions(pk, now) for pk in due(now))
    if done:
        log.info("Time passed for %s meetings.", done)


@shared_task
def prepare_rooms() -> None:
    """Tell the video platforms what has changed (spec: Never in a web request's transaction)."""
    dealt_with = outbox.work_off(timezone.now)
    if dealt_with:
        log.info("%s video rooms dealt with.", dealt_with)


@shared_task
def watch_rooms() -> None:
    """Note who is in the video rooms now, where platforms tell when they are asked."""
    presence.watch(timezone.now)


@shared_task
def audit_books() -> None:
    """Check the books, keep what was found, and log each difference (spec: Audit)."""
    run = AuditRun.objects.create(at=timezone.now(), differences=audit.differences())
    for difference in run.differences:
        log.error("Audit: %s", difference)


@shared_task
def forget_receipts() -> None:
    """Delete what makes repeated requests harmless, once it is too old to matter."""
    idempotency.forget_old(timezone.now())


def due(now: datetime) -> list[int]:
    """Return the numbers of meetings of which the clock demands something, a batch of each sort."""
    meetings = Meeting.objects
    sweeps = (meetings.expiring(now), meetings.lapsing(now), meetings.silent(now))
    return [pk for sweep in sweeps for pk in sweep.order_by("starts_at").values_list("pk", flat=True)[:BATCH]]


def _apply_due_transitions(pk: int, now: datetime) -> bool:
    """Let time pass for one meeting; a failure is logged and holds up no other meeting."""
    try:
        return workflow.apply_due_transitions(pk, now)
    except Exception:
        log.exception("Time could not pass for meeting %s.", pk)
        return False


@shared_task
def send_reminders() -> None:
    """Send the reminders that are due (spec: Time passing)."""
    settled = reminders.send_due(timezone.now())
    if settled:
        log.info("%s reminders settled.", settled)
