"""What happened on the site in each of the last weeks, for the operators' desk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone

from accounts.models import User
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
    weeks = {
        monday: Week(monday)
        for monday in (this_monday - timedelta(weeks=back) for back in reversed(range(WEEKS)))
    }
    since = datetime.combine(min(weeks), time(), tzinfo=timezone.get_current_timezone())
    for count in COUNTS:
        for monday, numbers in count(since, now):
            weeks[monday].numbers.update(numbers)
    return list(weeks.values())


Counted = list[tuple[date, dict[str, int]]]
Counting = Callable[[datetime, datetime], Counted]


def _suggested(since: datetime, now: datetime) -> Counted:
    suggested = Meeting.objects.filter(suggested_at__range=(since, now))
    return _by_week(suggested, "suggested_at", suggested=Count("pk"))


def _agreed(since: datetime, now: datetime) -> Counted:
    agreed = Meeting.objects.filter(agreed_at__range=(since, now))
    return _by_week(agreed, "agreed_at", agreed=Count("pk"))


def _cancelled(since: datetime, now: datetime) -> Counted:
    events = Event.objects.filter(kind__in=CANCELLED, at__range=(since, now))
    return _by_week(events, "at", cancelled=Count("pk"))


def _held(since: datetime, now: datetime) -> Counted:
    known = [Status.HELD, Status.NOT_HELD, Status.CANCELLED]
    planned = Meeting.objects.filter(ends_at__range=(since, now), agreed_at__isnull=False, status__in=known)
    held = Count("pk", filter=Q(status=Status.HELD))
    return _by_week(planned, "ends_at", planned=Count("pk"), held=held)


def _charged(since: datetime, now: datetime) -> Counted:
    charges = Transfer.objects.filter(posting__kind=PostingKind.CHARGE, posting__made_at__range=(since, now))
    paid = Q(source__kind=AccountKind.BLOCK) & ~Q(target__owner=F("source__owner"))
    share = Sum("amount", filter=Q(target__kind=AccountKind.SHARE), default=0)
    return _by_week(charges.filter(paid), "posting__made_at", charged=Sum("amount"), share=share)


def _new_people(since: datetime, now: datetime) -> Counted:
    people = User.objects.filter(date_joined__range=(since, now))
    return _by_week(people, "date_joined", new_people=Count("pk"))


COUNTS: tuple[Counting, ...] = (_suggested, _agreed, _cancelled, _held, _charged, _new_people)


def _by_week(rows: "QuerySet[Any]", instant: str, **numbers: Any) -> Counted:
    """Group rows by the Monday before an instant."""
    weeks = rows.order_by().annotate(monday=TruncWeek(instant)).values("monday").annotate(**numbers)
    return [(week.pop("monday").date(), week) for week in weeks]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
