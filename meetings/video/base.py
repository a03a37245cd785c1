"""What every video platform promises, in plain values: no table of ours, no word of theirs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Room:
    """Where a meeting takes place: an unguessable name for this meeting at this date, and the time."""

    name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Participant:
    """Who enters: a stable id within the room, the name shown to the other, and whether they host."""

    id: str
    name: str
    is_host: bool


class Platform(Protocol):
    """One video platform, chosen by the setting VIDEO_PLATFORM."""

    @property
    def origin(self) -> str:
        """The origin that joining leads to, for the page's security policy; empty for our own pages."""
        ...

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        """Return the participant's address, usable now; made at the moment of joining, never stored."""
        ...
