"""Jitsi: a room is born when the first person enters, so only its name must be unguessable."""

from dataclasses import dataclass
from datetime import datetime
from json import dumps
from urllib.parse import quote, urlsplit

from meetings.video.base import Participant, Room


@dataclass(frozen=True, slots=True)
class Jitsi:
    """A Jitsi server that lets anyone who knows a room's name enter it."""

    url: str

    @property
    def origin(self) -> str:
        """The origin of the server."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        """Return the room's address, with the participant's name behind the hash that is never sent."""
        name = quote(dumps(participant.name), safe="")
        return f"{self.url.rstrip('/')}/{room.name}#userInfo.displayName={name}"
