"""Asking a platform over HTTP: patient for seconds only, with every bad day turned into a VideoError.

Addresses and bodies may hold secrets, so no error repeats them: it names the platform and what happened.
"""

import json
import logging
import time
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

import requests
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from meetings.video.base import Ambiguous, Garbled, Misconfigured, Retryable, TooMany

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3, 10, 20
LONGEST_BODY = 1_000_000
LONGEST_WAIT = timedelta(days=1)
NO_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
)

# When debugging it writes down every address, with what is secret in it.
logging.getLogger("urllib3").setLevel(logging.INFO)


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
        except ValueError as error:
            raise Garbled(f"{self.host} answered something that is not JSON.") from error

    def xml(self) -> Element:
        """Return the body read as XML without document types. Raises Garbled."""
        try:
            return ElementTree.fromstring(self.body)
        except (ParseError, DefusedXmlException, ValueError) as error:
            raise Garbled(f"{self.host} answered something that is not XML.") from error


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
    host = urlsplit(url).hostname or "The platform"
    try:
        with (
            requests.Session() as session,
            session.request(
                method,
                url,
                params=params,
                data=form,
                json=data,
                headers=headers,
                auth=auth,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            body = _body(response, host)
            pause = _pause(response.headers.get("Retry-After", ""))
            answer = Answer(host, response.status_code, body, pause)
            return answer if answer.status in left else _judged(answer)
    except requests.exceptions.SSLError:
        raise Misconfigured(f"The certificate of {host} is not trusted.") from None
    except (requests.exceptions.ConnectTimeout, requests.exceptions.ConnectionError) as error:
        raise _unreached(host, error) from None
    except requests.exceptions.Timeout:
        raise Ambiguous(f"{host} took the request and did not answer in time.") from None
    except NO_ADDRESS:
        raise Misconfigured("The address of the video platform is none.") from None
    except requests.exceptions.RequestException as error:
        raise Ambiguous(f"{host} broke off its answer ({type(error).__name__}).") from None


def _body(response: requests.Response, host: str) -> bytes:
    """Read the body, up to a size and a time that no sound answer needs."""
    body, until = b"", time.monotonic() + WHOLE_SECONDS
    for piece in response.iter_content(65_536):
        body += piece
        if len(body) > LONGEST_BODY:
            raise Garbled(f"{host} answered more than makes sense.")
        if time.monotonic() > until:
            raise Ambiguous(f"{host} answers too slowly.")
    return body


def _judged(answer: Answer) -> Answer:
    host, status, pause = answer.host, answer.status, answer.pause
    if status == 429:
        raise TooMany(f"{host} asks for fewer requests.", after=pause)
    if status >= 500:
        raise Retryable(f"{host} is in trouble (HTTP {status}).", after=pause)
    if 300 <= status < 400:
        raise Misconfigured(f"{host} leads elsewhere (HTTP {status}): is the address right?")
    return answer


def _unreached(host: str, error: requests.exceptions.ConnectionError) -> Retryable | Ambiguous:
    """Tell a platform that was never reached from one that hung up while it may have acted."""
    causes = repr(error)
    if any(word in causes for word in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")):
        return Retryable(f"{host} cannot be reached.")
    return Ambiguous(f"{host} hung up without an answer.")


def _pause(words: str) -> timedelta | None:
    """Read Retry-After: seconds, or an HTTP date."""
    if words.isdecimal():
        return min(timedelta(seconds=min(int(words), 10**6)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(words)
    except ValueError:
        return None
    pause = until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)
    return min(max(pause, timedelta(0)), LONGEST_WAIT)
