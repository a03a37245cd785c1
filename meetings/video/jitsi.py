"""Jitsi: a room is born when the first person enters, so only its name must be unguessable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from urllib.parse import quote, urlsplit

from meetings.video.base import NOTHING, Health, Participant, Remembered, Room, Stage


@dataclass(frozen=True, slots=True)
class Jitsi:
    """A Jitsi server that lets anyone who knows a room's name enter it."""

    url: str

    @classmethod
    def configured(cls, given: Mapping[str, str]) -> "Jitsi":
        """Return the server that the environment names."""
        return cls(given["JITSI_URL"])

    @property
    def origin(self) -> str:
        """The origin of the server."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def ensure(self, room: Room, now: datetime) -> Remembered:
        """Need nothing: whoever enters first makes the room."""
        return NOTHING

    def move(self, old: Room, new: Room, now: datetime) -> Remembered:
        """Need nothing: nobody is led to the old room any more."""
        return NOTHING

    def cancel(self, room: Room) -> None:
        """Need nothing: nobody is led to the room any more."""

    def stage(self, room: Room, participant: Participant, now: datetime) -> Stage | None:
        """Have no page of ours."""
        return None

    def presence(self, room: Room) -> frozenset[str] | None:
        """Know nothing."""
        return None

    def health(self) -> Health:
        """Know nothing yet."""
        return Health(True, ())

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        """Return the room's address, with the participant's name behind the hash that is never sent."""
        name = quote(dumps(participant.name), safe="")
        return f"{self.url.rstrip('/')}/{room.name}#userInfo.displayName={name}"
