"""The practice room: a page of our own that shows what joining will be like; needs nothing."""

from dataclasses import dataclass
from datetime import datetime

from meetings.video.base import Participant, Room


@dataclass(frozen=True, slots=True)
class Practice:
    """Leads to our own practice page."""

    page: str = "/practice/{room}/"
    origin: str = ""

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        """Return the address of the practice page for this room."""
        return self.page.format(room=room.name)
