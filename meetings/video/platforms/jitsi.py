"""Jitsi: a room is born when the first person enters, so all we do is to lead people there.

Our own server lets in whoever knows a room's unguessable name, or, set up so, only who brings a token of
ours; JaaS (Jitsi as a Service, by 8x8) always wants one. A token opens one room, for one person, for minutes:
only entering is checked, and each click makes a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from json import dumps
from typing import Any
from urllib.parse import quote, urlsplit

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from meetings.video.platforms import web
from meetings.video.platforms.base import (
    NOTHING,
    Health,
    Misconfigured,
    Participant,
    Remembered,
    Room,
    Stage,
    VideoError,
)
from meetings.video.platforms.given import address, needed

TOKEN_LASTS = timedelta(minutes=10)
# Jitsi allows none, and its clock may be behind ours.
CLOCK_GRACE = timedelta(seconds=30)
# Below it, the secret of HS256 can be guessed from one token (RFC 7518, section 3.2).
SHORTEST_SECRET = 32
OPEN_TO_ALL = "Jitsi is used without tokens: whoever learns a room's unguessable name can enter it."
SHORT_SECRET = f"JITSI_SECRET is shorter than {SHORTEST_SECRET} bytes: it can be guessed from a token."


class _Born:
    """What all Jitsi servers have in common: nobody needs to make, move or cancel a room."""

    __slots__ = ()

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
        """Know nothing: neither server can be asked."""
        return None


@dataclass(frozen=True, slots=True)
class Jitsi(_Born):
    """A Jitsi server of one's own, or a public one; with an app id and its secret people bring tokens."""

    url: str
    app_id: str = ""
    secret: str = field(default="", repr=False)

    @classmethod
    def configured(cls, given: Mapping[str, str]) -> "Jitsi":
        """Return the server that the environment names. Raises Misconfigured."""
        url = address(given, "JITSI_URL")
        if not (given.get("JITSI_APP_ID") or given.get("JITSI_SECRET")):
            return cls(url)
        return cls(url, needed(given, "JITSI_APP_ID"), needed(given, "JITSI_SECRET"))

    @property
    def origin(self) -> str:
        """The origin of the server."""
        return _origin(self.url)

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        """Return the room's address, with a token, or else the name behind the hash that is never sent."""
        address = f"{self.url}/{room.name}"
        if not self.app_id:
            return f"{address}#userInfo.displayName={quote(dumps(participant.name), safe='')}"
        claims = _claims(room, now, iss=self.app_id, sub=urlsplit(self.url).hostname or "")
        claims["context"] = {"user": _user(participant)}
        return f"{address}?jwt={jwt.encode(claims, self.secret, algorithm='HS256')}"

    def health(self) -> Health:
        """Say whether the server's start page is there; whether it takes our tokens only a browser sees."""
        if not self.app_id:
            return _health(self.url, OPEN_TO_ALL)
        return _health(self.url, *[SHORT_SECRET] * (len(self.secret.encode()) < SHORTEST_SECRET))


@dataclass(frozen=True, slots=True)
class Jaas(_Born):
    """Jitsi as a Service: the account's app id, and one of its keys."""

    app_id: str
    key_id: str
    private_key: RSAPrivateKey = field(repr=False)
    url: str = "https://8x8.vc"

    @classmethod
    def configured(cls, given: Mapping[str, str]) -> "Jaas":
        """Return the account that the environment names. Raises Misconfigured."""
        app_id = needed(given, "JAAS_APP_ID")
        # The console shows the key's id behind the app id.
        key_id = needed(given, "JAAS_KEY_ID").removeprefix(f"{app_id}/")
        return cls(app_id, key_id, _key(needed(given, "JAAS_PRIVATE_KEY")))

    @property
    def origin(self) -> str:
        """The origin of the service."""
        return _origin(self.url)

    def entry_url(self, room: Room, participant: Participant, now: datetime) -> str:
        """Return the room's address with the participant's token."""
        claims = _claims(room, now, iss="chat", sub=self.app_id)
        # The service wants words, not truth values.
        moderator = "true" if participant.is_host else "false"
        claims["context"] = {"user": {**_user(participant), "moderator": moderator}}
        kid = {"kid": f"{self.app_id}/{self.key_id}"}
        token = jwt.encode(claims, self.private_key, algorithm="RS256", headers=kid)
        return f"{self.url}/{quote(self.app_id, safe='')}/{room.name}?jwt={token}"

    def health(self) -> Health:
        """Say whether the account's own script is there; whether our key is taken only a browser sees."""
        return _health(f"{self.url}/{quote(self.app_id, safe='')}/external_api.js")


def _claims(room: Room, now: datetime, *, iss: str, sub: str) -> dict[str, Any]:
    """Say which room a token opens, and when. The order is that of the pinned signature."""
    expires_at = min(now + TOKEN_LASTS, room.closes_at)
    return {
        "aud": "jitsi",
        "iss": iss,
        "sub": sub,
        "room": room.name,
        "nbf": int((room.opens_at - CLOCK_GRACE).timestamp()),
        "exp": int(expires_at.timestamp()),
    }


def _user(participant: Participant) -> dict[str, str]:
    return {"id": participant.id, "name": participant.name}


def _health(url: str, *notes: str) -> Health:
    try:
        web.succeeded(web.ask("GET", url))
    except VideoError as error:
        return Health(False, (error.words,))
    return Health(True, notes)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _key(pem: str) -> RSAPrivateKey:
    """Read the key once: what is wrong with it is noticed before anybody clicks. Raises Misconfigured."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # garbled, behind a password, or of a rare kind
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise Misconfigured("JAAS_PRIVATE_KEY is not a private RSA key in PEM (without a password).")
    return key
