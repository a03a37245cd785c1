"""No platform: every meeting takes place where the expert's own link leads."""

from dataclasses import dataclass
from datetime import datetime

from meetings.video.platforms.base import Health, LinkWanted, Participant, Remembered, Room, Stage


@dataclass(frozen=True, slots=True)
class Manual:
    """Makes no rooms; a meeting is ready as soon as somebody has put in a link (see `rooms`)."""

    origin: str = ""

    def ensure(self, room: Room, now: datetime) -> Remembered:
        """Ask for a link. Raises LinkWanted."""
        raise LinkWanted("There is no link yet: the expert or an operator has to put one in.")

    def move(self, old: Room, new: Room, now: datetime) -> Remembered:
        """Ask for a link, as for any date. Raises LinkWanted."""
        return self.ensure(new, now)

    def cancel(self, room: Room) -> None:
        """Need nothing: we no longer lead there."""

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        """Ask for a link. Raises LinkWanted."""
        self.ensure(room, now)
        return participant.page

    def stage(self, room: Room, participant: Participant, now: datetime) -> Stage | None:
        """Have no page of ours."""
        return None

    def presence(self, room: Room) -> frozenset[str] | None:
        """Know nothing."""
        return None

    def health(self) -> Health:
        """Say what this is."""
        return Health(True, ("No platform: each meeting needs a link, put in by its expert or an operator.",))
