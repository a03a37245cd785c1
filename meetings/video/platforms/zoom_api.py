"""Asking Zoom: one token for all threads, and what its errors mean.

No error repeats a sentence or an address of Zoom's, which may hold what nobody is to see.
"""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from meetings.video.platforms import web
from meetings.video.platforms.base import (
    Ambiguous,
    Garbled,
    Gone,
    Misconfigured,
    Rejected,
    Retryable,
    TooMany,
    VideoError,
)

TOKEN_URL, API_URL = "https://zoom.us/oauth/token", "https://api.zoom.us/v2"
RENEWED_BEFORE = timedelta(minutes=5)
LONGEST_WAIT_FOR_TOKEN = 15.0

UNKNOWN_HOST, NOT_OUR_HOST, UNKNOWN_MEETING, INVALID = 1001, 1010, 3001, 300
RUNNING, OVER = 3002, 3007
SCOPE_MISSING = (4700, 4711)
BUSY_OR_BROKEN = range(429, 600)
DONE = {"GET": 200, "POST": 201, "PATCH": 204, "PUT": 204, "DELETE": 204}
WRONG_CREDENTIALS = (400, 401, 403, 404)
# Strictly, since browsers and libraries disagree about where the host of an odd address ends.
OF_ZOOM = re.compile(r"https://(?:[a-z0-9-]+\.)*zoom\.us(?:/[^\s\\]*)?")
SCOPE = re.compile(r"[a-z_]+(?::[a-z_]+)+")
FIELD = re.compile(r"[A-Za-z_][\w.\[\]]{0,60}")


class Refused(Rejected):
    """Zoom refuses for a reason that its `code` names."""

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True, slots=True)
class Token:
    """The right to ask for the next hour, where to ask, and what may be asked."""

    value: str = field(repr=False)
    api_url: str
    scopes: frozenset[str]
    until: datetime


class Tokens:
    """One account's token, in the memory of this process alone: fetched once for all threads, anew in time.

    Zoom lets several tokens be valid at once, so every process may have its own, and nothing secret lies in
    a cache that others read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token: Token | None = None

    def current(self, fetch: Callable[[], Token], now: datetime) -> Token:
        """Return the token, fetched if there is none that is good for a while. Raises what `fetch` raises."""
        if not self._lock.acquire(timeout=LONGEST_WAIT_FOR_TOKEN):
            raise Retryable("Zoom takes too long to let us in.")
        try:
            if self._token is None or self._token.until <= now:
                self._token = fetch()
            return self._token
        finally:
            self._lock.release()

    def drop(self, token: Token) -> None:
        """Forget a token that is no longer good, unless there is another one already."""
        # Without the lock: who holds it for long is fetching, and then there is nothing to forget.
        if self._token is token:
            self._token = None

    def forget(self) -> None:
        """Let the next who asks have a new token."""
        self._token = None


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ZoomApi:
    """Zoom's API for one server-to-server app; `api_url` counts where Zoom names no other one."""

    account_id: str
    client_id: str
    client_secret: str = field(repr=False)
    token_url: str = TOKEN_URL
    api_url: str = API_URL
    clock: Callable[[], datetime] = _now
    tokens: Tokens = field(default_factory=Tokens, repr=False)

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Any = None,
    ) -> web.Answer:
        """Return Zoom's answer to what it did. Raises VideoError, Refused where a code says why.

        A token that is refused is fetched anew once: it may have been withdrawn, or be older than a scope.
        """
        token = self.token()
        answer = self._send(token, method, path, params, data)
        if _is_token_refused(answer):
            self.tokens.drop(token)
            answer = self._send(self.token(), method, path, params, data)
        if answer.status >= 300:
            raise self._problem(method, answer)
        if answer.status != DONE[method]:
            raise Garbled(f"Something else than Zoom seems to answer (HTTP {answer.status}).")
        return answer

    def token(self) -> Token:
        """Return a token that is good for a while."""
        return self.tokens.current(self._fetch_token, self.clock())

    def fresh_token(self) -> Token:
        """Return a token that knows of scopes given to the app just now."""
        self.tokens.forget()
        return self.token()

    def _fetch_token(self) -> Token:
        asked_at = self.clock()
        form = {"grant_type": "account_credentials", "account_id": self.account_id}
        try:
            answer = web.ask("POST", self.token_url, form=form, auth=(self.client_id, self.client_secret))
        except Ambiguous as problem:
            # A token that nobody got is of no consequence.
            raise Retryable(problem.words) from None
        if answer.status in WRONG_CREDENTIALS:
            words = f"Zoom refuses the account id, client id or client secret (HTTP {answer.status})."
            raise Misconfigured(words)
        if answer.status != 200:
            raise Retryable(f"Zoom gives us no token (HTTP {answer.status}).")
        return self._read_token(read_object(answer), asked_at)

    def _read_token(self, given: Mapping[str, Any], asked_at: datetime) -> Token:
        try:
            return Token(
                value=str(given["access_token"]),
                api_url=_api_named(str(given.get("api_url", ""))) or self.api_url,
                scopes=frozenset(str(given.get("scope", "")).split()),
                until=asked_at + timedelta(seconds=int(given["expires_in"])) - RENEWED_BEFORE,
            )
        except (KeyError, ValueError, TypeError, OverflowError):
            raise Garbled("Zoom answered something that is no token.") from None

    def _send(
        self, token: Token, method: str, path: str, params: Mapping[str, str] | None, data: Any
    ) -> web.Answer:
        try:
            return web.ask(
                method,
                token.api_url + path,
                params=params,
                data=data,
                headers={"Authorization": f"Bearer {token.value}"},
                left=BUSY_OR_BROKEN,
            )
        except Ambiguous as problem:
            raise _lost(method, problem.words, None) from None

    def _problem(self, method: str, answer: web.Answer) -> VideoError:
        """Return what a refusal means."""
        if answer.status == 429:
            return self._too_many(answer)
        if answer.status >= 500:
            return _lost(method, f"Zoom is in trouble (HTTP {answer.status}).", answer.pause)
        return _refusal(answer)

    def _too_many(self, answer: web.Answer) -> TooMany:
        """Tell the limits of a second from those of a day, which end at midnight UTC."""
        if "daily" not in _message(answer).lower():
            return TooMany("Zoom asks for fewer requests.", after=answer.pause)
        now = self.clock().astimezone(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        words = "Zoom's limit of requests a day is used up; it counts anew from midnight UTC."
        return TooMany(words, after=midnight - now)


def read_object(answer: web.Answer) -> Mapping[str, Any]:
    """Return the JSON object of an answer. Raises Garbled."""
    given = answer.json()
    if not isinstance(given, dict):
        raise Garbled("Zoom answered something that makes no sense.")
    return given


def is_of_zoom(url: str) -> bool:
    """Say whether this is an address of Zoom's own, safely reached."""
    return bool(OF_ZOOM.fullmatch(url))


def _api_named(url: str) -> str:
    """Return the API's address that a token names, or nothing: our tokens go to Zoom only."""
    return url.rstrip("/") + "/v2" if is_of_zoom(url) else ""


def _lost(method: str, words: str, after: timedelta | None) -> Retryable | Ambiguous:
    """Say what a lost answer means: only what is made could be there twice after asking again."""
    return Ambiguous(words) if method == "POST" else Retryable(words, after=after)


def _refusal(answer: web.Answer) -> VideoError:
    status, code = answer.status, _code(answer)
    because = f"(HTTP {status}, code {code})"
    if code in SCOPE_MISSING:
        scopes = ", ".join(SCOPE.findall(_message(answer))) or "not named"
        return Misconfigured(f"The Zoom app lacks a scope: {scopes}.")
    if code in (UNKNOWN_HOST, NOT_OUR_HOST):
        return Misconfigured("Zoom knows no such host in this account: is ZOOM_HOST right?")
    if status in (401, 403):
        return Misconfigured(f"Zoom does not let us {because}.")
    if code == UNKNOWN_MEETING:
        return Gone("Zoom knows no such meeting.")
    if status == 404:
        return Misconfigured(f"Zoom's API is not where we look for it {because}.")
    if status == 409:
        return Ambiguous(f"Zoom is busy with the same meeting {because}.")
    if code == INVALID:
        return Refused(f"Zoom finds fault with {_fields(answer)} {because}.", code)
    return Refused(f"Zoom refuses {because}.", code)


def _is_token_refused(answer: web.Answer) -> bool:
    return answer.status == 401 or (400 <= answer.status < 500 and _code(answer) in SCOPE_MISSING)


def _fields(answer: web.Answer) -> str:
    """Name the fields that were refused, without what was in them."""
    errors = _read_error(answer).get("errors")
    named = [str(error.get("field", "")) for error in errors or () if isinstance(error, dict)]
    return ", ".join(name for name in named if FIELD.fullmatch(name)) or "the request"


def _code(answer: web.Answer) -> int:
    code = _read_error(answer).get("code")
    return code if isinstance(code, int) else 0


def _message(answer: web.Answer) -> str:
    return str(_read_error(answer).get("message", ""))


def _read_error(answer: web.Answer) -> Mapping[str, Any]:
    """Return what Zoom says of an error; nothing, where something else answered in its place."""
    try:
        return read_object(answer)
    except Garbled:
        return {}
