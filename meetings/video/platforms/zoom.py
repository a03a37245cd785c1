"""Zoom: every room is a scheduled meeting of one host of our account, found again by its agenda."""

import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

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
from meetings.video.platforms.given import needed
from meetings.video.platforms.zoom_api import OVER, RUNNING, Refused, ZoomApi, is_of_zoom, read_object

LONGEST_TOPIC = 200
MOST_PAGES = 50
NEEDED = ("ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET", "ZOOM_HOST")
# What the app may be allowed: each scope by its name of today, and by the one that older apps have.
SCOPES = {
    "meeting:read:list_meetings:admin": "meeting:read:admin",
    "meeting:read:meeting:admin": "meeting:read:admin",
    "meeting:write:meeting:admin": "meeting:write:admin",
    "meeting:update:meeting:admin": "meeting:write:admin",
    "meeting:delete:meeting:admin": "meeting:write:admin",
    "meeting:update:status:admin": "meeting:write:admin",
}
ONE_AT_A_TIME = (
    "Zoom lets one host have one meeting at a time (two on business plans): others cannot be entered."
)
LETTERS, CAPITALS, DIGITS, SIGNS = "abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "@-_*"
SETTINGS = {
    "join_before_host": True,
    "jbh_time": 0,
    "waiting_room": False,
    "approval_type": 2,
    "meeting_authentication": False,
    "use_pmi": False,
    "auto_recording": "none",
    "email_notification": False,
    "alternative_hosts_email_notification": False,
    "registrants_email_notification": False,
    "registrants_confirmation_email": False,
}
SILENTLY = {"schedule_for_reminder": "false", "cancel_meeting_reminder": "false"}


@dataclass(frozen=True, slots=True, order=True)
class ZoomMeeting:
    """A meeting at Zoom; of two with one name, the one that was made first counts."""

    made_at: str
    number: int


@dataclass(frozen=True, slots=True)
class Zoom:
    """A Zoom account in which one licensed person hosts all meetings, without being there.

    Both parties are ordinary participants who may enter before the host; so there is no waiting room, where
    nobody would let them in. Leading the expert in as the host would hand them the key of the licensed
    person, which opens every other meeting too. Registered participants would have personal links, but need a
    paid host. So both enter by one link with a password, fetched at the click and led to only from our pages,
    replaced at every move, and worthless after the end, when the meeting is deleted.

    Zoom lets one host have one meeting at a time (two on business plans), whoever is inside: `health` tells.
    """

    api: ZoomApi
    host: str

    @classmethod
    def configured(cls, given: Mapping[str, str]) -> "Zoom":
        """Return the account that the environment names. Raises Misconfigured."""
        account_id, client_id, client_secret, host = (needed(given, name) for name in NEEDED)
        return cls(ZoomApi(account_id, client_id, client_secret), host)

    @property
    def origin(self) -> str:
        """Zoom's origins: which one a link leads to depends on the account and its region."""
        return "https://zoom.us https://*.zoom.us"

    def ensure(self, room: Room, now: datetime) -> Remembered:
        """Let one meeting exist for this room, made unless it is there already; return its number.

        Zoom has no key that would make a repeated request harmless. So we look before making, unless nobody
        can have asked, and again afterwards: of callers at the same time all keep the meeting made first, and
        the others are deleted. One that was told of a deleted one, both being made in the same second, learns
        so next time. Only where Zoom's list lags behind may a second one stay, to which nobody is led.
        """
        known = room.remembered.get("id", "")
        if known and self._exists(known):
            return {"id": known}
        found = self._named(room.name) if known or room.may_exist else []
        return self._keep_first(found) if found else self._make(room)

    def move(self, old: Room, new: Room, now: datetime) -> Remembered:
        """Give the meeting its new time, name and password, so that links given out before lead nowhere.

        Raises Gone never: a meeting that is gone is made anew.
        """
        known = old.remembered.get("id") or new.remembered.get("id")
        if not known:
            found = self._named(old.name, new.name) if old.may_exist or new.may_exist else []
            if not found:
                return self._make(new)
            known = self._keep_first(found)["id"]
        try:
            self.api.ask("PATCH", _path(known), data=_wanted(new))
        except Gone:
            return self.ensure(replace(new, remembered=NOTHING, may_exist=True), now)
        return {"id": known}

    def cancel(self, room: Room) -> None:
        """End and delete the meeting, whether we know its number or only its name; nobody is mailed."""
        known = room.remembered.get("id")
        if known:
            self._delete(known)
        elif room.may_exist:
            for meeting in self._named(room.name):
                self._delete(str(meeting.number))

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        """Return the meeting's link as Zoom has it now, with the name that Zoom's page may suggest.

        Raises Gone, where the meeting was never made or is gone.
        """
        known = room.remembered.get("id")
        if not known:
            raise Gone("There is no Zoom meeting yet.")
        link = str(read_object(self.api.ask("GET", _path(known))).get("join_url", ""))
        if not is_of_zoom(link):
            raise Garbled("Zoom answered no link to the meeting.")
        parts = urlsplit(link)
        name = urlencode({"uname": participant.name})
        return parts._replace(query=f"{parts.query}&{name}").geturl()

    def stage(self, room: Room, participant: Participant, now: datetime) -> Stage | None:
        """Have no page of ours."""
        return None

    def presence(self, room: Room) -> frozenset[str] | None:
        """Know nothing: Zoom tells who is inside only by calling us back, which is not built."""
        return None

    def health(self) -> Health:
        """Say whether Zoom lets us in, which scopes the app lacks, and whether it knows the host."""
        try:
            scopes = self.api.fresh_token().scopes
            missing = [name for name, older in SCOPES.items() if not scopes & {name, older}]
            if missing:
                return Health(False, (f"The Zoom app lacks scopes: {', '.join(missing)}.",))
            self._page({"type": "scheduled", "page_size": "1"})
        except VideoError as problem:
            return Health(False, (problem.words,))
        return Health(True, (ONE_AT_A_TIME,))

    # --- Meetings at Zoom ---------------------------------------------------------------------------------

    def _exists(self, number: str) -> bool:
        try:
            _read_meeting(read_object(self.api.ask("GET", _path(number))))
        except Gone:
            return False
        return True

    def _make(self, room: Room) -> Remembered:
        """Make a meeting; if somebody else made one in the same moment, keep the first."""
        given = read_object(self.api.ask("POST", self._meetings, data=_wanted(room)))
        made = _read_meeting(given)
        if _is_closed(given):
            self._delete(str(made.number))
            raise Misconfigured(
                "Zoom lets nobody enter without the host: in the account's settings, the waiting room has to "
                "be off and joining before the host on, or open to change."
            )
        return self._keep_first([made, *self._named(room.name)])

    def _keep_first(self, meetings: Iterable[ZoomMeeting]) -> Remembered:
        first, *others = sorted({meeting.number: meeting for meeting in meetings}.values())
        for other in others:
            self._delete(str(other.number))
        return {"id": str(first.number)}

    def _named(self, *names: str) -> list[ZoomMeeting]:
        """Return the host's meetings of these names: all that are to come, running or not yet expired."""
        found: list[ZoomMeeting] = []
        asked = {"type": "scheduled", "page_size": "300"}
        for _ in range(MOST_PAGES):
            page = self._page(asked)
            found += [_read_meeting(given) for given in _meetings_of(page) if _has_name(given, names)]
            if not page.get("next_page_token"):
                return found
            asked["next_page_token"] = str(page["next_page_token"])
        raise Garbled("Zoom's list of meetings has no end.")

    def _page(self, asked: Mapping[str, str]) -> Mapping[str, Any]:
        return read_object(self.api.ask("GET", self._meetings, params=asked))

    @property
    def _meetings(self) -> str:
        return f"/users/{quote(self.host, safe='@')}/meetings"

    def _delete(self, number: str) -> None:
        """Delete a meeting, ended before if somebody is inside; one that is gone is as good."""
        with suppress(Gone):
            try:
                self.api.ask("DELETE", _path(number), params=SILENTLY)
            except Rejected:
                self._end_and_delete(number)

    def _end_and_delete(self, number: str) -> None:
        # A meeting that cannot be ended is not running; why else it stays, the second attempt tells.
        with suppress(Rejected):
            self.api.ask("PUT", f"{_path(number)}/status", data={"action": "end"})
        try:
            self.api.ask("DELETE", _path(number), params=SILENTLY)
        except Refused as problem:
            self._judge_undeleted(number, problem)

    def _judge_undeleted(self, number: str, problem: Refused) -> None:
        """Raise, unless it is over, which Zoom does not delete, or gone, which it says in several ways."""
        if problem.code == RUNNING:
            raise Retryable("Zoom has not ended the meeting yet.") from problem
        if problem.code != OVER and self._exists(number):
            raise problem


def _path(number: str) -> str:
    return f"/meetings/{quote(number, safe='')}"


def _wanted(room: Room) -> dict[str, Any]:
    """Return what Zoom is to know of a room; everything in UTC, so that no zone of the host's applies."""
    # Subtracted in UTC too: within one zone, Python would count the clock's hours and not the time.
    starts_at, ends_at = room.starts_at.astimezone(UTC), room.ends_at.astimezone(UTC)
    return {
        "type": 2,
        "topic": _topic(room.title),
        "agenda": room.name,
        "start_time": f"{starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "timezone": "UTC",
        "duration": ceil((ends_at - starts_at) / timedelta(minutes=1)),
        "password": _password(),
        "settings": SETTINGS,
    }


def _password() -> str:
    """Return a random password of the greatest length, with all that an account may demand of one."""
    anything = LETTERS + CAPITALS + DIGITS
    return "".join(secrets.choice(kind) for kind in (LETTERS, SIGNS, CAPITALS, DIGITS, *[anything] * 6))


def _topic(title: str) -> str:
    """Return a title that Zoom takes: one line, not empty, and short as Zoom counts, in units of UTF-16."""
    line = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in title)
    return line.encode("utf-16-le")[: 2 * LONGEST_TOPIC].decode("utf-16-le", "ignore").strip() or "Meeting"


def _is_closed(given: Mapping[str, Any]) -> bool:
    """Say whether the account's own rules keep out everyone until the host comes, whatever we asked for."""
    settings = given.get("settings")
    if not isinstance(settings, dict):
        return False
    return settings.get("waiting_room") is True or settings.get("join_before_host") is False


def _meetings_of(page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    meetings = page.get("meetings")
    if not isinstance(meetings, list) or not all(isinstance(given, dict) for given in meetings):
        raise Garbled("Zoom answered no list of meetings.")
    return meetings


def _has_name(given: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    """Say whether a meeting is one of these; a person may have written more into its agenda."""
    return not set(str(given.get("agenda", "")).split()).isdisjoint(names)


def _read_meeting(given: Mapping[str, Any]) -> ZoomMeeting:
    try:
        return ZoomMeeting(str(given.get("created_at", "")), int(given["id"]))
    except (KeyError, ValueError, TypeError):
        raise Garbled("Zoom answered a meeting without a number.") from None
