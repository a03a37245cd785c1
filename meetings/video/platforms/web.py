"""Asking a platform over HTTP: patient for seconds only, with every bad day turned into a VideoError.

Addresses and bodies may hold secrets, so no error repeats them: it names the platform and what happened.
"""

import json
import time
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

import requests
import urllib3
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from meetings.video.platforms.base import Ambiguous, Garbled, Misconfigured, Rejected, Retryable, TooMany

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3, 10, 20
LONGEST_BODY = 1_000_000
LONGEST_WAIT = timedelta(days=1)
NO_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform answered: a status below 500 that is neither a redirect nor a refusal for all.

    Others only where the adapter wants to judge them itself; `pause` is what the platform asks for.
    """

    host: str
    status: int
    body: bytes = field(repr=False)
    pause: timedelta | None = None

    def json(self) -> Any:
        """Return the body read as JSON. Raises Garbled."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Garbled(f"{self.host} answered something that is not JSON.") from None

    def xml(self) -> Element:
        """Return the body read as XML without document types. Raises Garbled."""
        try:
            return ElementTree.fromstring(self.body, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError):
            raise Garbled(f"{self.host} answered something that is not XML.") from None


def ask(
    method: str,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    data: Any = None,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    left: Container[int] = (),
) -> Answer:
    """Send one request (`form` as fields, `data` as JSON) and return its answer.

    Raises Retryable where the platform was not reached, is busy or broken; Ambiguous where it may have acted
    and the answer was lost; Misconfigured for redirects, which are never followed with credentials. What 4xx
    mean is left to the adapter, but for 429: TooMany. So is every status in `left`.
    """
    host, until = _host(url), time.monotonic() + WHOLE_SECONDS
    try:
        with (
            _Session() as session,
            session.request(
                method,
                url,
                params=params,
                data=form,
                json=data,
                headers=headers,
                auth=auth,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                stream=True,
            ) as response,
        ):
            pause = _pause(response.headers.get("Retry-After", ""))
            # Before the body is read: a status that says enough needs none, however odd.
            if response.status_code not in left:
                _judge(host, response.status_code, pause)
            return Answer(host, response.status_code, _body(response, host, until), pause)
    except requests.exceptions.SSLError as error:
        raise _unsafe(host, error) from None
    except (requests.exceptions.ConnectTimeout, requests.exceptions.ConnectionError) as error:
        raise _unreached(host, error) from None
    except requests.exceptions.Timeout:
        raise Ambiguous(f"{host} took the request and did not answer in time.") from None
    except NO_ADDRESS:
        raise Misconfigured("The address of the video platform is none.") from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        raise Ambiguous(f"{host} broke off its answer ({type(error).__name__}).") from None


def succeeded(answer: Answer) -> Answer:
    """Return the answer if it is none of 4xx, where these have no meaning of their own.

    Raises Misconfigured or Rejected.
    """
    if answer.status in (401, 403):
        raise Misconfigured(f"{answer.host} lets us do nothing (HTTP {answer.status}).")
    if answer.status == 404:
        raise Misconfigured(f"{answer.host} has nothing there (HTTP 404): is the address right?")
    if answer.status >= 400:
        raise Rejected(f"{answer.host} refuses (HTTP {answer.status}).")
    return answer


class _Session(requests.Session):
    """Sees no redirects. Even not allowed to follow them, it would read their bodies, of any length."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "The platform"
    except ValueError:
        return "The platform"


def _body(response: requests.Response, host: str, until: float) -> bytes:
    """Read the body, up to a size and a time that no sound answer needs."""
    body = b""
    # What has arrived, not full pieces: those that come a byte at a time would be waited for.
    while piece := response.raw.read1(65_536, decode_content=True):
        body += piece
        if len(body) > LONGEST_BODY:
            raise Garbled(f"{host} answered more than makes sense.")
        if time.monotonic() > until:
            raise Ambiguous(f"{host} answers too slowly.")
    return body


def _judge(host: str, status: int, pause: timedelta | None) -> None:
    if status == 429:
        raise TooMany(f"{host} asks for fewer requests.", after=pause)
    if status >= 500:
        raise Retryable(f"{host} is in trouble (HTTP {status}).", after=pause)
    if 300 <= status < 400:
        raise Misconfigured(f"{host} leads elsewhere (HTTP {status}): is the address right?")


def _unsafe(host: str, error: requests.exceptions.SSLError) -> Misconfigured | Ambiguous:
    """Tell a certificate that is not trusted from a secure connection that failed or broke."""
    if "CERTIFICATE_VERIFY_FAILED" in repr(error):
        return Misconfigured(f"The certificate of {host} is not trusted.")
    return Ambiguous(f"{host} has trouble with secure connections.")


def _unreached(host: str, error: requests.exceptions.ConnectionError) -> Retryable | Ambiguous:
    """Tell a platform that was never reached from one that hung up while it may have acted."""
    causes = repr(error)
    if any(word in causes for word in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")):
        return Retryable(f"{host} cannot be reached.")
    return Ambiguous(f"{host} hung up without an answer.")


def _pause(words: str) -> timedelta | None:
    """Read Retry-After: seconds, or an HTTP date."""
    if words.isdecimal():
        # Longer ones than these are no numbers for Python.
        return min(timedelta(seconds=int(words[:9])), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(words)
    except (ValueError, OverflowError):
        return None
    pause = until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)
    return min(max(pause, timedelta(0)), LONGEST_WAIT)
