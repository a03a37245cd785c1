"""Janus, our own conference server: people meet in our own page, with tokens that only that page holds.

A room is made when somebody may enter it and unmade when nobody may; a restarted Janus has forgotten all
rooms, and the next who enters makes theirs again. Janus answers HTTP 200 for errors too.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

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
    Sighting,
    Stage,
    VideoError,
)
from meetings.video.platforms.web import ask
from meetings.vocabulary import Seen

PLUGIN = "janus.plugin.videoroom"
NEEDED = ("JANUS_URL", "JANUS_API_SECRET", "JANUS_TOKEN_SECRET", "JANUS_ADMIN_KEY", "JANUS_EVENTS_PASSWORD")
TEMPLATE = "meetings/room.html"
PARTIES = 2
PLUGIN_EVENT = 64
NO_JANUS = (401, 403, 404, 405)
LONGEST_TITLE = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A crashed browser stays inside for so long; then its session ends and Janus reports that it left.
LONGEST_SESSION = 30

SEEN = {"joined": Seen.IN, "leaving": Seen.OUT}


class Taken(Rejected):
    """A room of this name is there already."""


# What the codes of Janus and of its videoroom mean to us. Their own words may hold a room's name.
CODES: Mapping[int, tuple[type[VideoError], str]] = {
    403: (Misconfigured, "Janus refuses our API secret or token secret."),
    405: (Misconfigured, "Janus does not let our tokens use its video rooms."),
    426: (Gone, "Janus knows no such room."),
    427: (Taken, "Janus has a room of this name already."),
    430: (Misconfigured, "Janus wants numbers for rooms: string_ids must be on in its video rooms."),
    433: (Misconfigured, "Janus refuses our admin key, or the room was made with another token secret."),
    458: (Retryable, "Janus has lost our session: it was probably restarted."),
    459: (Retryable, "Janus has lost our session: it was probably restarted."),
    460: (Misconfigured, "Janus has no video rooms: its videoroom plugin is not loaded."),
    499: (Retryable, "Janus has a trouble that it cannot name."),
}


@dataclass(frozen=True, slots=True)
class Janus:
    """One Janus server: its address for us and for browsers, and the secrets of its configuration."""

    url: str
    public_url: str
    api_secret: str = field(repr=False)
    token_secret: str = field(repr=False)
    admin_key: str = field(repr=False)
    ice_servers: str = field(default="", repr=False)
    origin: str = ""  # people stay in our own pages

    @classmethod
    def configured(cls, given: Mapping[str, str]) -> "Janus":
        """Return the server that the environment names. Raises Misconfigured."""
        missing = [name for name in NEEDED if not given.get(name)]
        if missing:
            raise Misconfigured(f"Janus needs {', '.join(missing)}.")
        return cls(
            url=given["JANUS_URL"].rstrip("/"),
            public_url=(given.get("JANUS_PUBLIC_URL") or "/janus").rstrip("/"),
            api_secret=given["JANUS_API_SECRET"],
            token_secret=given["JANUS_TOKEN_SECRET"],
            admin_key=given["JANUS_ADMIN_KEY"],
            ice_servers=given.get("JANUS_ICE_SERVERS", ""),
        )

    def ensure(self, room: Room, now: datetime) -> Remembered:
        """Make the room if people may enter now; before and after, it needs none."""
        if room.opens_at <= now < room.closes_at:
            # Creating is its own look-up: Janus compares by name, so a repeat or a race finds the room taken.
            with suppress(Taken):
                self._tell(self._creation(room))
        return NOTHING

    def move(self, old: Room, new: Room, now: datetime) -> Remembered:
        """Unmake the old room, which puts everybody out, and ensure the new one."""
        self.cancel(old)
        return self.ensure(new, now)

    def cancel(self, room: Room) -> None:
        """Unmake the room, which puts everybody out; Janus reports none of them as leaving."""
        if room.may_exist:
            with suppress(Gone):
                self._tell({"request": "destroy", "room": room.name, "secret": self._room_secret(room)})

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        """Return the address of the participant's room page."""
        return participant.page

    def stage(self, room: Room, participant: Participant, now: datetime) -> Stage | None:
        """Show our room page, with this participant's own tokens until the room closes."""
        until = int(room.closes_at.timestamp())
        whose = f"user={participant.id}"
        facts = {
            "url": self.public_url,
            "room": room.name,
            "participant": participant.id,
            "name": participant.name,
            "core_token": token(self.token_secret, until, "janus", PLUGIN, whose),
            "room_token": token(self.token_secret, until, PLUGIN, f"room={room.name}", whose),
            "ice_servers": read_ice_servers(self.ice_servers, until, participant.id),
            "closes_at": until,
            "now": now.timestamp(),
        }
        return Stage(TEMPLATE, facts, _origins(self.public_url))

    def presence(self, room: Room) -> frozenset[str] | None:
        """Return who is inside: nobody, where there is no room. Raises Garbled."""
        try:
            told = self._tell({"request": "listparticipants", "room": room.name})
            return frozenset(str(each["id"]) for each in told["participants"])
        except Gone:
            return frozenset()
        except (KeyError, TypeError) as error:
            raise Garbled("Janus lists participants in a way that makes no sense.") from error

    def health(self) -> Health:
        """Look whether Janus is there, takes our secrets and guards its rooms; makes no room."""
        checks = (self._check_server, self._check_rights, self._check_token_secret)
        words: list[str] = []
        try:
            for check in checks:
                words += check()
        except VideoError as error:
            words.append(error.words)
        return Health(not words, tuple(words))

    def _check_server(self) -> list[str]:
        info = self._read(ask("GET", f"{self.url}/info"))
        if info.get("janus") != "server_info":
            raise Garbled("Janus does not say what it is.")
        words = {
            f"Janus has no video rooms: {PLUGIN} is not loaded.": PLUGIN in (info.get("plugins") or {}),
            "Janus does not ask for our API secret: set api_secret.": info.get("api_secret") is True,
            "Janus does not ask browsers for tokens: set token_auth.": info.get("auth_token") is True,
            "Janus does not report who comes and goes: set broadcast and its sample event handler.": (
                "janus.eventhandler.sampleevh" in (info.get("events") or {})
            ),
            f"A crashed browser stays inside for long: set session_timeout to {LONGEST_SESSION} s or less.": (
                0 < _number(info.get("session-timeout")) <= LONGEST_SESSION
            ),
        }
        return [sentence for sentence, is_so in words.items() if not is_so]

    def _check_rights(self) -> list[str]:
        self._tell({"request": "list", "admin_key": self.admin_key})
        self._tell({"request": "exists", "room": "m-health"})  # refused unless rooms have names
        try:
            self._tell({"request": "list", "admin_key": secrets.token_hex(8)})
        except Misconfigured:
            return []
        return ["Janus lets everybody make rooms: set admin_key in its video rooms."]

    def _check_token_secret(self) -> list[str]:
        until = int((datetime.now(UTC) + timedelta(minutes=1)).timestamp())
        key = {"token": token(self.token_secret, until, "janus", PLUGIN)}
        self._with_session(key, lambda _path: {})
        return []

    def _creation(self, room: Room) -> Mapping[str, Any]:
        return {
            "request": "create",
            "admin_key": self.admin_key,
            "room": room.name,
            "secret": self._room_secret(room),
            # Janus' reader of JSON takes no zero bytes.
            "description": "".join(filter(str.isprintable, room.title))[:LONGEST_TITLE],
            "is_private": True,
            # Without, whoever holds any core token could watch a room without a token for it.
            "signed_tokens": True,
            "publishers": PARTIES,
            "notify_joining": True,
            # Without, whoever is inside could have the server write recordings, wherever it may.
            "lock_record": True,
        }

    def _room_secret(self, room: Room) -> str:
        """Return what unmaking this room takes: another for each room, and never stored."""
        return hmac.new(self.token_secret.encode(), f"room secret:{room.name}".encode(), "sha256").hexdigest()

    def _tell(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make one request to the video rooms, in a session of its own; return what they answer."""
        key = {"apisecret": self.api_secret}

        def request(session: str) -> Mapping[str, Any]:
            handle = self._send(session, {"janus": "attach", "plugin": PLUGIN, **key})
            return self._send(f"{session}/{_id(handle)}", {"janus": "message", "body": body, **key})

        told = self._with_session(key, request).get("plugindata")
        if not isinstance(told, dict) or not isinstance(told.get("data"), dict):
            raise Garbled("Janus answered something that makes no sense.")
        data: Mapping[str, Any] = told["data"]
        if "error_code" in data:
            raise _error(data["error_code"])
        return data

    def _with_session(
        self, key: Mapping[str, str], use: Callable[[str], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        session = f"/{_id(self._send('', {'janus': 'create', **key}))}"
        answer = use(session)
        # A session that is left open ends by itself; what was asked for is done.
        with suppress(VideoError):
            self._send(session, {"janus": "destroy", **key})
        return answer

    def _send(self, path: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
        transaction = secrets.token_hex(8)
        answer = self._read(ask("POST", self.url + path, data={"transaction": transaction, **message}))
        if answer.get("janus") != "success" or answer.get("transaction") != transaction:
            raise Garbled("Janus answered something that makes no sense.")
        return answer

    def _read(self, answer: Any) -> Mapping[str, Any]:
        if answer.status in NO_JANUS:
            raise Misconfigured(f"There is no Janus at this address (HTTP {answer.status}).")
        if answer.status != 200:
            raise Rejected(f"Janus refuses (HTTP {answer.status}).")
        told = answer.json()
        if not isinstance(told, dict):
            raise Garbled("Janus answered something that makes no sense.")
        if told.get("janus") == "error":
            error = told.get("error")
            raise _error(error.get("code") if isinstance(error, dict) else None)
        return told


def token(secret: str, until: int, realm: str, *fields: str) -> str:
    """Return a token that Janus takes until this second of the epoch.

    >>> token("tok-s3cret", 1800000000, "janus", "janus.plugin.videoroom")
    '1800000000,janus,janus.plugin.videoroom:vhyAatqTkt0zjgVLQ7hukNRN/JI='
    """
    said = ",".join((str(until), realm, *fields))
    return f"{said}:{_sha1(secret, said)}"


def read_ice_servers(written: str, until: int, participant_id: str) -> list[dict[str, str]]:
    """Return the STUN and TURN servers of JANUS_ICE_SERVERS as browsers want them.

    A TURN server comes with user and password, or with the secret that it shares with us (coturn's
    static-auth-secret): then this participant gets a password that ends with the meeting.
    """
    addresses = [each.strip() for each in written.split(",") if each.strip()]
    return [_ice_server(each, f"{until}:{participant_id}") for each in addresses]


def read_events(body: bytes) -> list[Sighting]:
    """Return who came and went, as Janus' sample event handler posts it. Raises Garbled."""
    try:
        told = json.loads(body)
        events = told if isinstance(told, list) else [told]
        return [_sighting(event) for event in events if _is_sighting(event)]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise Garbled("An event of Janus makes no sense.") from error


def _is_sighting(event: Any) -> bool:
    if event["type"] != PLUGIN_EVENT or event["event"].get("plugin") != PLUGIN:
        return False
    return event["event"]["data"].get("event") in SEEN


def _sighting(event: Any) -> Sighting:
    data, at = event["event"]["data"], event["timestamp"]
    room, participant = data["room"], data["id"]
    if type(at) is not int or not isinstance(room, str) or not isinstance(participant, str):
        raise TypeError("of an event")
    return Sighting(room, participant, SEEN[data["event"]], EPOCH + timedelta(microseconds=at))


def _ice_server(address: str, user_until: str) -> dict[str, str]:
    url, _, query = address.partition("?")
    given = {name: values[0] for name, values in parse_qs(query).items()}
    user, password, secret = (given.pop(name, "") for name in ("user", "password", "secret"))
    if secret:
        user, password = user_until, _sha1(secret, user_until)
    whole = f"{url}?{urlencode(given)}" if given else url
    return {"urls": whole} | ({"username": user, "credential": password} if user else {})


def _sha1(secret: str, said: str) -> str:
    # Janus and coturn sign with nothing else; as HMAC, SHA-1 is still sound.
    return base64.b64encode(hmac.new(secret.encode(), said.encode(), "sha1").digest()).decode()


def _origins(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    return (f"{parts.scheme}://{parts.netloc}",) if parts.netloc else ()


def _id(answer: Mapping[str, Any]) -> int:
    data = answer.get("data")
    found = data.get("id") if isinstance(data, dict) else None
    if type(found) is not int:
        raise Garbled("Janus answered something that makes no sense.")
    return found


def _number(value: Any) -> int:
    return value if type(value) is int else 0


def _error(code: Any) -> VideoError:
    kind, words = CODES.get(
        code, (Rejected, f"Janus refuses (code {code if type(code) is int else 'none'}).")
    )
    return kind(words)
