"""The words in which the demo's meetings are told: moments, turns, plots."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.times.formats import instants
from meetings.vocabulary import Action, Progress, Role

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

Start = Callable[[datetime, ZoneInfo], datetime]
Moment = Callable[[datetime, datetime, datetime], datetime]


def on(days: int, clock: str) -> Start:
    """Choose a start so many days from today, at this time on the expert's clock."""
    wall = time.fromisoformat(clock)

    def start(now: datetime, zone: ZoneInfo) -> datetime:
        day = now.astimezone(zone).date() + timedelta(days=days)
        return instants(day, wall, zone)[0]

    return start


def within(ahead: timedelta, *, step: timedelta = 15 * MINUTE) -> Start:
    """Choose the first round start that is at least so far ahead."""

    def start(now: datetime, _zone: ZoneInfo) -> datetime:
        earliest = now + ahead
        seconds = step.total_seconds()
        return earliest + timedelta(seconds=-earliest.timestamp() % seconds)

    return start


def before(lead: timedelta) -> Moment:
    """Act so long before the start; where that lies ahead, so long before now."""
    return lambda starts_at, _ends_at, now: min(starts_at, now) - lead


def since_start(later: timedelta) -> Moment:
    """Act so long after the start (negative: before it)."""
    return lambda starts_at, _ends_at, _now: starts_at + later


def after(later: timedelta) -> Moment:
    """Act so long after the end."""
    return lambda _starts_at, ends_at, _now: ends_at + later


@dataclass(frozen=True, slots=True)
class Turn:
    """One action in the life of a meeting. `to` is the date that is typed, `reason` the one chosen."""

    at: Moment
    action: Action | None
    role: Role
    to: Start | None = None
    reason: str = ""
    typed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plot:
    """One meeting and its life. `offer` counts the expert's services from the first one of people.py."""

    student: str
    expert: str
    skill: str
    offer: int
    start: Start
    turns: tuple[Turn, ...]
    note: str = ""


def suggests(role: Role, lead: timedelta) -> Turn:
    """Suggest the meeting."""
    return Turn(before(lead), Action.SUGGEST, role)


def acts(action: Action, role: Role, at: Moment, words: str = "", *, to: Start | None = None) -> Turn:
    """Take an action that asks for nothing, for words, or for a date."""
    return Turn(at, action, role, to=to, typed={"words": words})


def chooses(action: Action, role: Role, at: Moment, reason: str, *, to: Start | None = None) -> Turn:
    """Take an action that asks for a reason from the list, and perhaps a date."""
    return Turn(at, action, role, to=to, reason=reason)


def joins(role: Role, early: timedelta = 3 * MINUTE) -> Turn:
    """Join shortly before the start."""
    return Turn(since_start(-early), Action.JOIN, role)


def says(role: Role, progress: Progress, later: timedelta, **typed: Any) -> Turn:
    """Say after the end how it went."""
    return Turn(after(later), Action.RECORD, role, typed={"progress": progress, **typed})


def time_passes(at: Moment) -> Turn:
    """Let the clock do what it demands by then."""
    return Turn(at, None, Role.CLOCK)
