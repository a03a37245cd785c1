"""Meetings of which something is due this very moment."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from meetings.models import Meeting, Reminder
from meetings.notices import reminders
from notifications.models import MailState, Notification
from tests.meetings.scenarios import DAY, HOUR, agreed

PAIRS = 5
AHEAD = 20 * HOUR


def meetings_due(count: int, now: datetime) -> list[Meeting]:
    """Make agreed free meetings of which the reminder of the day before has been due for a while.

    A few take the real road; the others are like them, each with reminders armed as on the road.
    """
    earlier = now - DAY
    models = [agreed(price=0, now=earlier, starts_in=DAY + AHEAD) for _pair in range(min(PAIRS, count))]
    with transaction.atomic():
        more = Meeting.objects.bulk_create(_copies(models, count - len(models)))
        for meeting in more:
            reminders.schedule(meeting, earlier)
    return [*models, *more]


def mails_due(count: int, now: datetime) -> list[Notification]:
    """Make notifications about meetings, one mail each, all due."""
    meetings_due(count // 2, now)
    quiet_the_road()
    reminders.send_due(now)
    return list(Notification.objects.mail_due(now).order_by("mail_due_at", "pk"))


def quiet_the_road() -> None:
    """Send no mails of what was told on the way."""
    Notification.objects.update(mail_state=MailState.NONE, mail_due_at=None)


def due_reminders(now: datetime) -> int:
    """Count the reminders that are still to be settled now."""
    return Reminder.objects.due(now).count()


def is_settled() -> bool:
    """Whether nothing is due any more, neither a reminder nor a mail."""
    now = timezone.now()
    return not due_reminders(now) and not Notification.objects.filter(mail_state=MailState.WAITING).exists()


def _copies(models: list[Meeting], count: int) -> Iterator[Meeting]:
    fields = [field.attname for field in Meeting._meta.concrete_fields if not field.primary_key]
    for number in range(count):
        model = models[number % len(models)]
        yield Meeting(**{name: getattr(model, name) for name in fields})
