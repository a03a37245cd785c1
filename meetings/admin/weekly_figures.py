"""What happened on the site in each of the last weeks, for the operators' desk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import User
from accounts.times.formats import beginning_of
from accounts.times.periods import Period
from credits.models import AccountKind, PostingKind, Transfer
from meetings.models import Event, Meeting
from meetings.vocabulary import EventKind, Status

WEEKS = 8
CANCELLED = [EventKind.CANCELLED_BY_USER, EventKind.CANCELLED_BY_EXPERT, EventKind.CANCELLED_BY_OPERATOR]


@dataclass(slots=True)
class Week:
    """The figures of one week, Monday to Sunday by the reader's calendar; credits in whole credits.

    `planned` are agreed meetings that were to end in this week and whose outcome is known, `held` those of
    them that were held.
    """

    monday: date
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def held_percent(self) -> int:
        """Return how many of a hundred agreed meetings were held; 0 where there were none."""
        planned = self.numbers.get("planned", 0)
        return round(100 * self.numbers.get("held", 0) / planned) if planned else 0


def last_weeks(now: datetime) -> list[Week]:
    """Return the last eight weeks, oldest first; the last one has not ended."""
    this_monday = _monday(timezone.localtime(now).date())
    weeks = [Week(this_monday - timedelta(weeks=back)) for back in reversed(range(WEEKS))]
    beginnings = [beginning_of(week.monday) for week in weeks]
    for count in COUNTS:
        for number, numbers in count(beginnings, now):
            weeks[number].numbers.update(numbers)
    return weeks


# By the place of a week among the last ones.
Counted = list[tuple[int, dict[str, int]]]
Counting = Callable[[list[datetime], datetime], Counted]


def _suggested(weeks: list[datetime], now: datetime) -> Counted:
    suggested = Meeting.objects.filter(suggested_at__range=(weeks[0], now))
    return _by_week(suggested, weeks, "suggested_at", suggested=Count("pk"))


def _agreed(weeks: list[datetime], now: datetime) -> Counted:
    agreed = Meeting.objects.filter(agreed_at__range=(weeks[0], now))
    return _by_week(agreed, weeks, "agreed_at", agreed=Count("pk"))


def _cancelled(weeks: list[datetime], now: datetime) -> Counted:
    events = Event.objects.filter(kind__in=CANCELLED, at__range=(weeks[0], now))
    return _by_week(events, weeks, "at", cancelled=Count("pk"))


def _held(weeks: list[datetime], now: datetime) -> Counted:
    known = [Status.HELD, Status.NOT_HELD, Status.CANCELLED]
    over = Meeting.objects.filter(ends_at__range=(weeks[0], now), agreed_at__isnull=False)
    held = Count("pk", filter=Q(status=Status.HELD))
    return _by_week(over.filter(status__in=known), weeks, "ends_at", planned=Count("pk"), held=held)


def _charged(weeks: list[datetime], now: datetime) -> Counted:
    charges = Transfer.objects.filter(
        posting__kind=PostingKind.CHARGE, posting__made_at__range=(weeks[0], now)
    )
    paid = Q(source__kind=AccountKind.BLOCK) & ~Q(target__owner=F("source__owner"))
    share = Sum("amount", filter=Q(target__kind=AccountKind.SHARE), default=0)
    return _by_week(charges.filter(paid), weeks, "posting__made_at", charged=Sum("amount"), share=share)


def _new_people(weeks: list[datetime], now: datetime) -> Counted:
    people = User.objects.filter(date_joined__range=(weeks[0], now))
    return _by_week(people, weeks, "date_joined", new_people=Count("pk"))


COUNTS: tuple[Counting, ...] = (_suggested, _agreed, _cancelled, _held, _charged, _new_people)


def _by_week(rows: "QuerySet[Any]", weeks: list[datetime], instant: str, **numbers: Any) -> Counted:
    """Group rows by the week in which an instant lies."""
    grouped = rows.order_by().annotate(week=Period(instant, weeks)).values("week").annotate(**numbers)
    return [(row.pop("week"), row) for row in grouped]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
