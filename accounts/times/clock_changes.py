"""What two people's clocks do around an instant: how far apart they are, and when that changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.times.formats import instants, written_date, zone_name

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
# The changes of two zones lie up to three weeks apart (New York and Prague in March).
AROUND = 28 * DAY
NEAR = 8 * DAY


@dataclass(frozen=True, slots=True)
class ClockChange:
    """The instant at which the clocks of a zone jump, and from which offset to which."""

    zone: ZoneInfo
    at: datetime
    before: timedelta
    after: timedelta

    @property
    def wall(self) -> tuple[datetime, datetime]:
        """What the clocks show as they jump: from, to."""
        at = self.at.replace(tzinfo=None)
        return at + self.before, at + self.after

    @property
    def place(self) -> str:
        """How people call the zone."""
        return zone_name(self.at.astimezone(self.zone))

    def in_words(self) -> str:
        """Say where, which way and on which day: "in Prague the clocks go back on 25.10.2026"."""
        words = (
            _("in %(place)s the clocks go forward on %(day)s")
            if self.after > self.before
            else _("in %(place)s the clocks go back on %(day)s")
        )
        return words % {"place": self.place, "day": written_date(self.wall[0].date())}


def changes(zone: ZoneInfo, first: datetime, last: datetime) -> list[ClockChange]:
    """Return the clock changes of a zone between two instants."""
    found, at = [], first.astimezone(UTC)
    while at < last:
        later = min(at + DAY, last)
        if _offset(zone, at) != _offset(zone, later):
            found.append(_change(zone, at, later))
        at = later
    return found


def differs_in_words(start: datetime, mine: ZoneInfo, other: ZoneInfo) -> str:
    """Say what clock changes near a start do to the difference of two clocks; "" where they do nothing."""
    if mine == other:
        return ""
    found = _of_both(mine, other, start - AROUND, start + AROUND)
    between = [c for c in found if abs(c.at - start) <= NEAR] or _around(found, start)
    differences = {_apart(at, mine, other) for c in between for at in (c.at - SECOND, c.at)}
    if len(differences) < 2:
        return ""
    return _sentence(found, between, start, mine, other)


def gap_in_words(day: date, clock: time, zone: ZoneInfo) -> str:
    """Say why a time does not exist on this day and which times around it do."""
    wall = datetime.combine(day, clock)
    around = wall.replace(tzinfo=zone).astimezone(UTC)
    for change in changes(zone, around - DAY, around + DAY):
        before, after = change.wall
        if before <= wall < after:
            return _(
                "This time does not exist: on %(day)s the clocks in %(place)s go forward from %(before)s "
                "to %(after)s. Please choose a time before %(before)s or from %(after)s on."
            ) % {
                "day": written_date(day),
                "place": change.place,
                "before": f"{before:%H:%M}",
                "after": f"{after:%H:%M}",
            }
    return _("This time does not exist on that day. Please choose another.")


def twice_in_words(day: date, clock: time, zone: ZoneInfo) -> list[str]:
    """Name the two instants of a time that comes twice, first the first."""
    first, second = (instant.astimezone(zone) for instant in instants(day, clock, zone))
    return [
        _("%(time)s for the first time, before the clocks go back (UTC%(offset)s)")
        % {"time": f"{first:%H:%M}", "offset": _utc(first)},
        _("%(time)s for the second time, after the clocks went back (UTC%(offset)s)")
        % {"time": f"{second:%H:%M}", "offset": _utc(second)},
    ]


def length_in_words(length: timedelta) -> str:
    """Return hours and minutes: "5 hours", "5 hours 45 minutes"."""
    hours, minutes = divmod(round(abs(length).total_seconds()) // 60, 60)
    words = []
    if hours or not minutes:
        words.append(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours})
    if minutes:
        words.append(ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes})
    return " ".join(words)


def _sentence(
    found: list[ClockChange], near: list[ClockChange], start: datetime, mine: ZoneInfo, other: ZoneInfo
) -> str:
    """Write the changes that matter and the difference at the start beside the one before or after it."""
    now = _apart(start, mine, other)
    usual = [_apart(found[0].at - HOUR, mine, other), _apart(found[-1].at + HOUR, mine, other)]
    around = _around(found, start)
    if around and usual[0] == usual[1] != now:
        words = _("%(changes)s: between these days the difference is %(now)s instead of %(then)s.")
        return _filled(words, around, now, usual[0])
    last = near[-1]
    before, after = _apart(near[0].at - HOUR, mine, other), _apart(last.at + HOUR, mine, other)
    if before == after:
        return _filled(_("%(changes)s; at the time you chose the difference is %(now)s."), near, now, before)
    if start < last.at:
        return _filled(
            _("%(changes)s: until then the difference is %(now)s, later %(then)s."), near, now, after
        )
    return _filled(
        _("%(changes)s: from then on the difference is %(now)s instead of %(then)s."), near, now, before
    )


def _filled(words: str, found: Iterable[ClockChange], now: timedelta, then: timedelta) -> str:
    listed = ", ".join(dict.fromkeys(change.in_words() for change in found))
    numbers = {"changes": listed, "now": length_in_words(now), "then": length_in_words(then)}
    sentence = words % numbers
    return sentence[:1].upper() + sentence[1:]


def _around(found: list[ClockChange], start: datetime) -> list[ClockChange]:
    """Return the last change before a start and the first one after it, where there are both."""
    before, after = [c for c in found if c.at <= start], [c for c in found if c.at > start]
    return [before[-1], after[0]] if before and after else []


def _of_both(mine: ZoneInfo, other: ZoneInfo, first: datetime, last: datetime) -> list[ClockChange]:
    both = [*changes(mine, first, last), *changes(other, first, last)]
    return sorted(both, key=lambda change: change.at)


def _change(zone: ZoneInfo, at: datetime, later: datetime) -> ClockChange:
    """Find the second of the change between two instants with different offsets."""
    before, after = _offset(zone, at), _offset(zone, later)
    while later - at > timedelta(seconds=1):
        middle = at + (later - at) // 2
        at, later = (middle, later) if _offset(zone, middle) == before else (at, middle)
    return ClockChange(zone, later.replace(microsecond=0), before, after)


def _apart(at: datetime, mine: ZoneInfo, other: ZoneInfo) -> timedelta:
    return abs(_offset(mine, at) - _offset(other, at))


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _utc(local: datetime) -> str:
    offset = f"{local:%z}"
    return f"{offset[:3]}:{offset[3:5]}"
