"""A video platform for tests of what surrounds the platforms: it notes what it is told."""

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime

from django.db import connection

from meetings.video.platforms.base import Health, Participant, Remembered, Room, Stage, VideoError

Mood = Callable[["StandIn", Room], None]


class StandIn:
    """Knows its rooms by name. `moods` are used up one a call; `always` is the mood of all others."""

    origin = "https://standin.example"

    def __init__(self) -> None:
        self.rooms: set[str] = set()
        self.told: list[tuple[str, str]] = []
        self.may_have_existed: list[bool] = []
        self.most_at_once = 0
        self.moods: deque[Mood] = deque()
        self.always: Mood | None = None
        self.told_inside_a_transaction = False
        self._inside: dict[str, int] = {}
        self._lock = threading.Lock()

    def ensure(self, room: Room, now: datetime) -> Remembered:
        with self._call("ensure", room):
            self.may_have_existed.append(room.may_exist)
            self.rooms.add(room.name)
            return {"id": room.name[::-1]}

    def move(self, old: Room, new: Room, now: datetime) -> Remembered:
        with self._call("move", new):
            self.rooms.discard(old.name)
            self.rooms.add(new.name)
            return {"id": new.name[::-1]}

    def cancel(self, room: Room) -> None:
        with self._call("cancel", room):
            self.rooms.discard(room.name)

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        return f"{self.origin}/{room.remembered['id']}?as={participant.id}"

    def stage(self, room: Room, participant: Participant, now: datetime) -> Stage | None:
        return None

    def presence(self, room: Room) -> frozenset[str] | None:
        return None

    def health(self) -> Health:
        return Health(True, ())

    def _call(self, what: str, room: Room) -> "_Call":
        return _Call(self, what, room)


class _Call:
    """One call: counts how many there are of a room at once, then lets the mood speak."""

    def __init__(self, platform: StandIn, what: str, room: Room) -> None:
        self.platform, self.what, self.room = platform, what, room
        self.number = room.name.split("-")[1]

    def __enter__(self) -> None:
        platform = self.platform
        with platform._lock:
            platform._inside[self.number] = platform._inside.get(self.number, 0) + 1
            platform.most_at_once = max(platform.most_at_once, platform._inside[self.number])
            platform.told_inside_a_transaction |= connection.in_atomic_block
            mood = platform.moods.popleft() if platform.moods else platform.always
        try:
            if mood:
                mood(platform, self.room)
        except BaseException:
            self._leave()
            raise
        platform.told.append((self.what, self.room.name))

    def __exit__(self, *_error: object) -> None:
        self._leave()

    def _leave(self) -> None:
        with self.platform._lock:
            self.platform._inside[self.number] -= 1


def fails(problem: VideoError) -> Mood:
    """Nothing is done."""

    def mood(_platform: StandIn, _room: Room) -> None:
        raise problem

    return mood


def acts_then_fails(problem: BaseException) -> Mood:
    """The room is made, and nobody learns of it."""

    def mood(platform: StandIn, room: Room) -> None:
        platform.rooms.add(room.name)
        raise problem

    return mood
