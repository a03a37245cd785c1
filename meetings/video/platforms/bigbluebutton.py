"""BigBlueButton: every call is an address signed with a shared secret, every answer XML with a key.

A room that nobody enters is removed after minutes, so one is made at the first click inside the window and
not before; the server ends it at the end of the window. It calls a repeated `create` a success only where
the query is the same to the letter, some versions not even then, so the query is remembered, and a room that
is there under our unguessable name is taken for ours.
"""

import hashlib
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import Element  # only the type: reading is done by defusedxml

from meetings.video.platforms import web
from meetings.video.platforms.base import (
    NOTHING,
    Garbled,
    Gone,
    Health,
    Misconfigured,
    Participant,
    Rejected,
    Remembered,
    Retryable,
    Room,
    Stage,
    VideoError,
)
from meetings.video.platforms.given import address, needed

SHORTEST_NAME, LONGEST_NAME = 2, 64
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
MINUTE = timedelta(minutes=1)


class NotUnique(Rejected):
    """There is a room of this name that was made by another query, or by any in some versions."""


# What the keys of failed answers mean to us. They differ from version to version: any other is a refusal.
KEYS: Mapping[str, tuple[type[VideoError], str]] = {
    "checksumError": (Misconfigured, "BigBlueButton refuses our signature: is BBB_SECRET right?"),
    "notFound": (Gone, "BigBlueButton knows no such room."),
    "invalidMeetingIdentifier": (Gone, "BigBlueButton knows no such room."),
    "invalidMeetingId": (Gone, "BigBlueButton knows no such room."),
    "idNotUnique": (NotUnique, "BigBlueButton has another room of this name."),
    "meetingForciblyEnded": (
        Rejected,
        "Somebody ended this room in BigBlueButton for good: it needs another date, or a link.",
    ),
    "maxParticipantsReached": (Rejected, "This room is full in BigBlueButton."),
}


@dataclass(frozen=True, slots=True)
class BigBlueButton:
    """One BigBlueButton server: its address up to /bigbluebutton, and the secret shared with it."""

    url: str
    secret: str = field(repr=False)

    @classmethod
    def configured(cls, given: Mapping[str, str]) -> "BigBlueButton":
        """Return the server that the environment names. Raises Misconfigured."""
        # Some hosts name the address with the /api that all calls have.
        return cls(address(given, "BBB_URL").removesuffix("/api"), needed(given, "BBB_SECRET"))

    @property
    def origin(self) -> str:
        """The origin of the server."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def ensure(self, room: Room, now: datetime) -> Remembered:
        """Make the room where people may enter it; before, it would be removed again unused."""
        if not room.opens_at <= now < room.closes_at:
            return room.remembered
        query = room.remembered.get("query") or _create_query(room, now)
        try:
            made = self._ask("create", query)
        except NotUnique:
            made = self._found(room)
        if made.findtext("hasBeenForciblyEnded") == "true":
            raise _failure("meetingForciblyEnded")
        return {"query": query, "createTime": _create_time(made)}

    def move(self, old: Room, new: Room, now: datetime) -> Remembered:
        """End the old room, and let the new one exist as soon as people may enter it."""
        self.cancel(old)
        # What is remembered is of the old room, whose query names that.
        return self.ensure(replace(new, remembered=NOTHING), now)

    def cancel(self, room: Room) -> None:
        """End the room, and with it everybody's visit; the server does so within seconds."""
        if room.may_exist:
            with suppress(Gone):
                self._ask("end", _room_query(room))

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        """Return an address that is signed for this person and this room. Raises Gone where it is not made.

        It never expires while the room lives, so it is for one redirect only.
        """
        if "createTime" not in room.remembered:
            raise Gone("This room has not been made in BigBlueButton.")
        query = {
            "fullName": CONTROLS.sub(" ", participant.name),
            "meetingID": room.name,
            "role": "MODERATOR" if participant.is_host else "VIEWER",
            # A room of the same name that was made at another time is another one.
            "createTime": room.remembered["createTime"],
            "userID": participant.id,
            "redirect": "true",
        }
        return self._signed("join", urlencode(query))

    def stage(self, room: Room, participant: Participant, now: datetime) -> Stage | None:
        """Have no page of ours."""
        return None

    def presence(self, room: Room) -> frozenset[str]:
        """Return the ids of the participants inside now, as we gave them in their addresses."""
        if not room.may_exist:
            return frozenset()
        try:
            info = self._ask("getMeetingInfo", _room_query(room))
        except Gone:
            return frozenset()
        return frozenset(found.text for found in info.iterfind("attendees/attendee/userID") if found.text)

    def health(self) -> Health:
        """Ask whether some room is in use: short, and refused where the secret is wrong."""
        try:
            self._ask("isMeetingRunning", urlencode({"meetingID": "health"}))
        except VideoError as error:
            return Health(False, (error.words,))
        return Health(True, ())

    def _found(self, room: Room) -> Element:
        try:
            return self._ask("getMeetingInfo", _room_query(room))
        except Gone:
            raise Retryable("A room of this name was in BigBlueButton and is gone again.") from None

    def _ask(self, call: str, query: str) -> Element:
        answer = web.succeeded(web.ask("GET", self._signed(call, query)))
        response = answer.xml()
        code = response.findtext("returncode")
        if response.tag != "response" or code not in ("SUCCESS", "FAILED"):
            raise Garbled(f"{answer.host} answered XML that is not BigBlueButton's.")
        if code == "FAILED":
            raise _failure(response.findtext("messageKey") or "")
        return response

    def _signed(self, call: str, query: str) -> str:
        """Sign exactly what is sent; nothing may be added or encoded anew after."""
        return f"{self.url}/api/{call}?{query}&checksum={checksum(call, query, self.secret)}"


def checksum(call: str, query: str, secret: str) -> str:
    """Return the signature of one call: over its name, its exact query and the secret."""
    return hashlib.sha256(f"{call}{query}{secret}".encode()).hexdigest()


def _create_query(room: Room, now: datetime) -> str:
    # Zero would mean no end at all.
    minutes = str(max(1, math.ceil((room.closes_at - now) / MINUTE)))
    return urlencode(
        {
            "name": _name(room.title),
            "meetingID": room.name,
            "record": "false",
            "allowStartStopRecording": "false",
            "guestPolicy": "ALWAYS_ACCEPT",
            "duration": minutes,
            # The room stays for the whole window, also where one comes late or both leave for a while.
            "meetingExpireIfNoUserJoinedInMinutes": minutes,
            "meetingExpireWhenLastUserLeftInMinutes": minutes,
        }
    )


def _room_query(room: Room) -> str:
    return urlencode({"meetingID": room.name})


def _name(title: str) -> str:
    """Fit a title into what BigBlueButton takes for a name. It counts as Java does: an emoji is two."""
    name = CONTROLS.sub(" ", title).strip()
    name = name.encode("utf-16-le")[: 2 * LONGEST_NAME].decode("utf-16-le", "ignore").strip()
    return name if len(name) >= SHORTEST_NAME else f"“{name}”"


def _create_time(made: Element) -> str:
    created = made.findtext("createTime") or ""
    if not created.isdecimal():
        raise Garbled("BigBlueButton does not say when it made the room.")
    return created


def _failure(key: str) -> VideoError:
    """Turn the key of a failed answer into our own words; its message could repeat what we sent."""
    kind, words = KEYS.get(key, (Rejected, f"BigBlueButton refuses ({_plain(key)})."))
    return kind(words)


def _plain(key: str) -> str:
    return key if re.fullmatch("[A-Za-z]{1,50}", key) else "and gives no key"
