"""Instants and wall clocks: the one place where one becomes the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.models.user import DateFormat
from accounts.times.zones import city

_date_format: ContextVar[str] = ContextVar("date_format", default=DateFormat.DAY_FIRST.value)


@contextmanager
def as_user(person: User | AnonymousUser) -> Iterator[None]:
    """Show times and words as this person reads them: zone, date format, language.

    A visitor keeps the language of the browser and reads times in UTC.
    """
    if isinstance(person, AnonymousUser):
        yield
        return
    token = _date_format.set(person.date_format)
    with timezone.override(person.zone), translation.override(person.reads):
        try:
            yield
        finally:
            _date_format.reset(token)


def instants(day: date, clock: time, zone: ZoneInfo) -> list[datetime]:
    """Return the UTC instants at which a wall clock in the zone shows this date and time.

    One as a rule; none in the hour that a clock change skips and at the ends of the calendar; two in the
    hour that a clock change repeats.
    """
    wall = datetime.combine(day, clock)
    try:
        candidates = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        return sorted(i for i in candidates if i.astimezone(zone).replace(tzinfo=None) == wall)
    except OverflowError:
        return []


def beginning_of(day: date) -> datetime:
    """Return the UTC instant at which a day of the reader's calendar begins.

    That is the first midnight where clocks show two, and the change itself where they skip it.
    """
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone()).astimezone(UTC)


def written(instant: datetime, zone: ZoneInfo | None = None) -> str:
    """Return an instant with weekday, date, time and zone: "Mon 14.12.2026 14:00 (Prague)".

    A time that the clocks show twice that night also names its distance from UTC: "(Prague, UTC+1)".
    """
    local = timezone.localtime(instant, zone)
    words = date_format(local, f"D {_date_format.get()} H:i")
    return f"{words} ({zone_name(local)}{_offset_where_needed(local)})"


def _offset_where_needed(local: datetime) -> str:
    offsets = [local.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
    if offsets[0] <= offsets[1]:
        return ""
    minutes = round(offsets[local.fold].total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f", UTC{'+' if minutes >= 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def written_day(instant: datetime) -> str:
    """Return the date alone, in the reader's zone and format."""
    return date_format(timezone.localtime(instant), _date_format.get())


def written_date(day: date) -> str:
    """Return a date of the calendar, in the reader's format."""
    return date_format(day, _date_format.get())


def lasted(length: timedelta) -> str:
    """Return a length in minutes and seconds: "48 min 30 s"."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}


def zone_name(local: datetime) -> str:
    """Return how readers call the zone of a local time: its city in their language, or "UTC"."""
    return city(str(getattr(local.tzinfo, "key", local.tzname())))
