"""The practice room: a page of our own that shows what joining will be like; needs nothing."""

from dataclasses import dataclass
from datetime import datetime

from meetings.video.platforms.base import NOTHING, Health, Participant, Remembered, Room, Stage


@dataclass(frozen=True, slots=True)
class Practice:
    """Leads to our own practice page, where nobody sees anybody."""

    origin: str = ""

    def ensure(self, room: Room, now: datetime) -> Remembered:
        """Need nothing."""
        return NOTHING

    def move(self, old: Room, new: Room, now: datetime) -> Remembered:
        """Need nothing."""
        return NOTHING

    def cancel(self, room: Room) -> None:
        """Need nothing: our page asks whether the meeting takes place."""

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        """Return the address of the participant's practice page."""
        return participant.page

    def stage(self, room: Room, participant: Participant, now: datetime) -> Stage | None:
        """Show the practice page."""
        return Stage("meetings/practice.html")

    def presence(self, room: Room) -> frozenset[str] | None:
        """Know nothing."""
        return None

    def health(self) -> Health:
        """Say what this is."""
        return Health(True, ("This is the practice room: people do not see each other.",))
