"""What every video platform promises, in plain values: no table of ours, no word of theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from meetings.vocabulary import CLOSES_AFTER, OPENS_BEFORE, Seen

# What a platform wants to be told again next time, such as its own number of the room. Never a secret.
Remembered = Mapping[str, str]
NOTHING: Remembered = {}


@dataclass(frozen=True, slots=True)
class Room:
    """Where a meeting takes place: one unguessable name for this meeting at this date, and the time.

    `remembered` is what the platform returned for this room, `may_exist` is False where the platform was
    certainly never asked to make it.
    """

    name: str
    title: str
    starts_at: datetime
    ends_at: datetime
    remembered: Remembered = field(default_factory=dict)
    may_exist: bool = True

    @property
    def opens_at(self) -> datetime:
        """From when people are let in."""
        return self.starts_at - OPENS_BEFORE

    @property
    def closes_at(self) -> datetime:
        """When nobody is let in any more, and the room may go."""
        return self.ends_at + CLOSES_AFTER


@dataclass(frozen=True, slots=True)
class Participant:
    """Who enters: an id that only this room knows, the name shown to the other, and whether they host.

    `page` is the address of our own room page for them, where platforms that live in our pages lead.
    """

    id: str
    name: str
    is_host: bool
    page: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A room page of our own: its template, what its script needs, and where that may connect to."""

    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    connects_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a platform reports of one participant of one room at one instant."""

    room_name: str
    participant_id: str
    seen: Seen
    at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a platform would work now; each sentence of `words` tells the operator one thing."""

    is_ok: bool
    words: tuple[str, ...]


class Platform(Protocol):
    """One video platform. Every call may be repeated, and raises only kinds of VideoError."""

    @property
    def origin(self) -> str:
        """The origin that joining leads to, for the page's security policy; empty for our own pages."""
        ...

    def ensure(self, room: Room, now: datetime) -> Remembered:
        """Let exactly one room exist, or see to it that it needs none yet; return what to remember."""
        ...

    def move(self, old: Room, new: Room, now: datetime) -> Remembered:
        """Let the new room take the place of the old one, and nobody enter the old one any more."""
        ...

    def cancel(self, room: Room) -> None:
        """Let nobody be in the room or enter it; one that is gone already is as good."""
        ...

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        """Return the participant's address, usable now; made at the moment of joining, never stored."""
        ...

    def stage(self, room: Room, participant: Participant, now: datetime) -> Stage | None:
        """Return what our own room page shows this participant; None where `entry_url` leads elsewhere."""
        ...

    def presence(self, room: Room) -> frozenset[str] | None:
        """Return the ids of the participants inside now; None where the platform cannot tell."""
        ...

    def health(self) -> Health:
        """Say whether credentials and reachability are in order, without side effects."""
        ...


class VideoError(Exception):
    """Something that a platform could not do: `words` tell the operator, and hold no secret."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Retryable(VideoError):
    """A bad moment; `after` is the pause that the platform itself asks for, if it does."""

    def __init__(self, words: str, *, after: timedelta | None = None) -> None:
        super().__init__(words)
        self.after = after


class TooMany(Retryable):
    """The platform wants fewer requests: what else is due there waits as well."""


class Ambiguous(VideoError):
    """The answer was lost after sending: it may be done or not. Look before repeating."""


class Garbled(VideoError):
    """An answer that makes no sense: tried once more, then taken for a wrong set-up."""


class Gone(VideoError):
    """The platform knows no such room."""


class Misconfigured(VideoError):
    """Wrong address, credentials or rights: only an operator can help."""


class Rejected(VideoError):
    """The platform understood and refuses: asking again will not help."""


class LinkWanted(VideoError):
    """There is no platform to ask: a person has to put in a link."""
