import gzip
import json
import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from socket import socket

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meetings.video.platforms import web
from meetings.video.platforms.base import (
    Ambiguous,
    Garbled,
    Misconfigured,
    Rejected,
    Retryable,
    TooMany,
    VideoError,
)
from tests import certificates
from tests.meetings.video.platforms.contract import impatience
from tests.webserver import (
    HOST,
    Mood,
    Play,
    Reply,
    Request,
    WebServer,
    breaks_off,
    dribbles,
    hangs_up,
    late,
    says,
)

SECRET = "s3cret-s3cret"


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer(lambda _request: Reply(body=b'{"done": true}' + b" " * 200)) as web_server:
        yield web_server


def raw(*pieces: bytes, pause: float = 0) -> Mood:
    """Exactly these bytes, piece by piece."""

    def mood(_request: Request, _play: Play, connection: socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return mood


# --- Sending ------------------------------------------------------------------------------------------


def test_address_is_sent_as_it_is(server: WebServer) -> None:
    query = "name=%C3%A1+b%2520c%27d%22e&x=1,2;3'~!*()&checksum=abc"
    web.ask("GET", f"{server.url}/api/create?{query}")
    assert server.requests[0].query == query


def test_what_is_given_is_sent(server: WebServer) -> None:
    web.ask("POST", server.url, data={"a": "ž"}, headers={"X-Word": "w"}, auth=("me", SECRET))
    web.ask("PATCH", server.url, form={"b": "ž"}, params={"c": "ž"})
    first, second = server.requests
    assert json.loads(first.body) == {"a": "ž"}
    assert first.headers["X-Word"] == "w"
    assert first.headers["Authorization"].startswith("Basic ")
    assert (second.method, second.body, second.parameters) == ("PATCH", b"b=%C5%BE", {"c": "ž"})


# --- Answers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 400, 404, 409, 418])
def test_answer_is_handed_over(server: WebServer, status: int) -> None:
    server.always = says(status, b'{"a": "\xc5\xbe"}')
    answer = web.ask("GET", server.url)
    assert (answer.host, answer.status, answer.json()) == ("127.0.0.1", status, {"a": "ž"})


def test_answer_without_a_body_is_one(server: WebServer) -> None:
    server.always = raw(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert web.ask("DELETE", server.url).body == b""


def test_answer_in_chunks_is_read(server: WebServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.always = raw(head, b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n", pause=0.01)
    assert web.ask("GET", server.url).body == b"abcde"


def test_answer_until_the_connection_ends_is_read(server: WebServer) -> None:
    server.always = raw(b"HTTP/1.1 200 OK\r\n\r\n", b"abc", b"de", pause=0.01)
    assert web.ask("GET", server.url).body == b"abcde"


def test_zipped_answer_is_read(server: WebServer) -> None:
    body = bytes(range(256)) * 1000
    server.always = says(200, gzip.compress(body), Content_Encoding="gzip")
    assert web.ask("GET", server.url).body == body


def test_longest_answer_is_read_and_no_longer(server: WebServer) -> None:
    server.moods.extend(says(200, b"x" * length) for length in (web.LONGEST_BODY, web.LONGEST_BODY + 1))
    assert len(web.ask("GET", server.url).body) == web.LONGEST_BODY
    with pytest.raises(Garbled, match="more than makes sense"):
        web.ask("GET", server.url)


def test_answer_is_not_printed(server: WebServer) -> None:
    server.always = says(200, SECRET.encode())
    assert SECRET not in repr(web.ask("GET", server.url))


# --- Bad days -----------------------------------------------------------------------------------------

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
BROKEN = {
    "half a body": breaks_off,
    "half a chunk": raw(CHUNKED + b"a\r\nabc"),
    "no chunk": raw(CHUNKED + b"3\r\nabc\r\n"),
    "odd chunk": raw(CHUNKED + b"xyz\r\nabc\r\n"),
    "no zip": says(200, b"abc", Content_Encoding="gzip"),
    "no head": raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "nothing": raw(),
    "reset": hangs_up,
    "dribbled body": dribbles(0.05),
    "dribbled after a while": raw(OK + b"Content-Length: 9\r\n\r\n", *[b"a"] * 9, pause=0.2),
    "no answer": late(1.2),
    "body that stops": raw(OK + b"Content-Length: 9\r\n\r\nabc", pause=1.2),
}


@pytest.mark.parametrize("day", BROKEN)
def test_broken_answer_is_ambiguous(server: WebServer, day: str) -> None:
    server.always = BROKEN[day]
    started = time.monotonic()
    with impatience(), pytest.raises(Ambiguous) as caught:
        web.ask("GET", f"{server.url}/?{SECRET}", auth=("me", SECRET))
    assert time.monotonic() - started < 5
    assert_discreet(caught.value)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *[(status, Misconfigured) for status in (301, 302, 303, 304, 307, 308)],
        *[(status, Retryable) for status in (500, 502, 503, 504, 599)],
        (429, TooMany),
    ],
)
def test_status_says_enough_without_its_body(server: WebServer, status: int, kind: type[VideoError]) -> None:
    head = f"HTTP/1.1 {status} X\r\nLocation: {server.url}/elsewhere\r\nContent-Length: 9\r\n\r\n"
    server.always = raw(head.encode(), pause=0.5)
    with impatience(), pytest.raises(VideoError) as caught:
        web.ask("GET", server.url, auth=("me", SECRET))
    assert type(caught.value) is kind
    assert len(server.requests) == 1


def test_adapter_may_judge_a_status_itself(server: WebServer) -> None:
    server.always = says(429, b"{}", Retry_After="5")
    answer = web.ask("GET", server.url, left=(429,))
    assert (answer.status, answer.json(), answer.pause) == (429, {}, timedelta(seconds=5))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Rejected), (401, Misconfigured), (403, Misconfigured), (404, Misconfigured), (409, Rejected)],
)
def test_refusal_without_a_meaning_of_its_own(server: WebServer, status: int, kind: type[VideoError]) -> None:
    server.always = says(status, SECRET.encode())
    with pytest.raises(kind) as caught:
        web.succeeded(web.ask("GET", server.url))
    assert type(caught.value) is kind
    assert_discreet(caught.value)


@pytest.mark.parametrize(
    "url", ["", "video.example.org", "ftp://video.example.org", "http://", "http://[", "http://a b/", "/api"]
)
def test_address_that_is_none(url: str) -> None:
    with pytest.raises(Misconfigured):
        web.ask("GET", url)


def test_host_that_has_no_address() -> None:
    with pytest.raises(Retryable, match=r"^nobody\.invalid cannot be reached\.$"):
        web.ask("GET", f"http://nobody.invalid/?{SECRET}")


def test_host_that_takes_no_connection() -> None:
    with socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with socket() as first, socket() as second:
            # Two connections nobody accepts fill the queue: a third waits for ever.
            for other in (first, second):
                other.setblocking(False)
                other.connect_ex(full.getsockname())
            with impatience(), pytest.raises(Retryable, match="cannot be reached"):
                web.ask("GET", f"http://127.0.0.1:{full.getsockname()[1]}")


# --- Certificates -------------------------------------------------------------------------------------


@pytest.fixture
def self_signed(tmp_path: Path, server: WebServer) -> str:
    """The address of the same server, behind a certificate that nobody trusts."""
    server.secure(certificates.self_signed(tmp_path, HOST))
    return server.url.replace("http:", "https:")


def test_certificate_that_is_not_trusted(self_signed: str, server: WebServer) -> None:
    with pytest.raises(Misconfigured, match=r"certificate of 127\.0\.0\.1 is not trusted"):
        web.ask("GET", self_signed, auth=("me", SECRET))
    assert server.requests == []


def test_server_without_secure_connections(server: WebServer) -> None:
    with pytest.raises(Ambiguous, match="trouble with secure connections"):
        web.ask("GET", server.url.replace("http:", "https:"))


# --- Reading ------------------------------------------------------------------------------------------

NO_JSON = [b"", b"<html>", b'{"a": "' + SECRET.encode(), b"\xff\xfe", b"[" * 100_000, b"1" * 5000, b'"\xff"']
NO_XML = [
    b"",
    b"{}",
    b"<a>" + SECRET.encode(),
    b"<a>\xff</a>",
    b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    b'<?xml version="1.0" encoding="nonsense"?><a/>',
    b'<?xml version="1.0" encoding="utf-7"?><a/>',
]


@pytest.mark.parametrize("body", NO_JSON, ids=range(len(NO_JSON)))
def test_body_that_is_no_json(body: bytes) -> None:
    with pytest.raises(Garbled, match="not JSON") as caught:
        web.Answer("host", 200, body).json()
    assert_discreet(caught.value)


@pytest.mark.parametrize("body", NO_XML, ids=range(len(NO_XML)))
def test_body_that_is_no_xml(body: bytes) -> None:
    with pytest.raises(Garbled, match="not XML") as caught:
        web.Answer("host", 200, body).xml()
    assert_discreet(caught.value)


@given(st.binary())
def test_any_body_is_read_or_garbled(body: bytes) -> None:
    for read in (web.Answer("host", 200, body).json, web.Answer("host", 200, body).xml):
        with suppress(Garbled):
            read()


# --- Pauses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "pause"),
    [
        ("0", timedelta(0)),
        ("120", timedelta(minutes=2)),
        ("86401", timedelta(days=1)),
        ("9" * 5000, timedelta(days=1)),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=1)),
    ],
)
def test_pause(server: WebServer, words: str, pause: timedelta | None) -> None:
    server.always = says(503, Retry_After=words)
    with pytest.raises(Retryable) as caught:
        web.ask("GET", server.url)
    assert caught.value.after == pause


def test_pause_until_a_date(server: WebServer) -> None:
    server.always = says(
        429, Retry_After=format_datetime(datetime.now(UTC) + timedelta(minutes=9), usegmt=True)
    )
    with pytest.raises(TooMany) as caught:
        web.ask("GET", server.url)
    assert caught.value.after is not None
    assert timedelta(minutes=8) < caught.value.after <= timedelta(minutes=9)


@given(st.text("0123456789+-:, MonJaGT²٣"))
@example("Mon, 01 Jan 0001 00:00:00 +2359")
@example("Mon, 01 Jan 99999 00:00:00 GMT")
@example("²")
def test_any_pause_is_understood_or_ignored(words: str) -> None:
    pause = web._pause(words)
    assert pause is None or timedelta(0) <= pause <= web.LONGEST_WAIT


# --- Secrets ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mood",
    [None, says(500), hangs_up, breaks_off, raw(b"HTTP/1.1 200 OK\r\nodd\r\n\r\n")],
    ids=["fine", "trouble", "reset", "half", "odd head"],
)
def test_log_holds_no_address(server: WebServer, mood: Mood | None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.always = mood
    try:
        web.ask("GET", f"{server.url}/{SECRET}?a={SECRET}")
    except VideoError:
        logging.getLogger(__name__).exception("It failed.")
    assert SECRET not in caplog.text


def assert_discreet(error: VideoError) -> None:
    """Neither the error's words nor its printed causes repeat what was sent or received."""
    assert SECRET not in error.words
    assert SECRET not in "".join(traceback.format_exception(error))
