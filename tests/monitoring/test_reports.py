"""Errors reach Sentry, and nobody's name, address or words do."""

import gzip
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk

from expertim.monitoring import reports
from runner.addresses import free_port
from tests.crashes.conftest import mail_server, programs  # noqa: F401 - fixtures
from tests.crashes.programs import Programs, await_that
from tests.monitoring import sites
from tests.monitoring.sites import HOST, ask, gunicorn
from tests.webserver import Reply, WebServer

pytestmark = pytest.mark.django_db(transaction=True)

# What failing.py quotes.
ADDRESS, WORDS = "jana.novakova@example.com", "zebrafisch"
TOKEN = "of-the-student-and-nobody-else"
QUERY = "q=Jana+Novakova"
FAILING = f"/join/{TOKEN}/failing/"
FAILING_SITE = "tests.monitoring.failing"
QUICKLY = 2.0  # seconds, on a busy machine


@pytest.fixture
def sentry() -> Iterator[WebServer]:
    with WebServer(lambda _request: Reply(200, b"{}")) as server:
        yield server


def dsn(url: str) -> str:
    return f"{url.replace('//', '//key@')}/1"


def events(sentry: WebServer) -> list[dict[str, Any]]:
    """Return what was reported: the parts of envelopes that are events."""
    found = []
    for request in list(sentry.requests):
        packed = request.headers.get("Content-Encoding") == "gzip"
        body = gzip.decompress(request.body) if packed else request.body
        _head, *lines = body.decode().splitlines()
        for head, item in zip(lines[::2], lines[1::2], strict=False):
            if json.loads(head)["type"] == "event":
                found.append(json.loads(item))
    return found


def everything(sentry: WebServer) -> str:
    return json.dumps(events(sentry))


def test_an_error_in_a_view_is_reported(sentry: WebServer, tmp_path: Path) -> None:
    headers = {
        "Cookie": "sessionid=secretsession",
        "Referer": f"http://{HOST}/join/{TOKEN}/",
        "User-Agent": "Jana's",
    }
    with gunicorn(tmp_path, application=FAILING_SITE, SENTRY_DSN=dsn(sentry.url)) as (_site, port):
        status, answered, _text = ask(port, f"{FAILING}?{QUERY}", headers)
        assert status == 500
        await_that(lambda: events(sentry) != [], "the error is reported", seconds=20)
    sites.end_sessions()
    [event] = events(sentry)
    [error] = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("RuntimeError", "")
    assert event["request"] == {"method": "GET"}
    assert event["tags"]["request_id"] == answered["x-request-id"]
    assert event["transaction"] == "/join/{token}/failing/"
    assert error["stacktrace"]["frames"][-1]["function"] == "failing"
    text = everything(sentry)
    for secret in (ADDRESS, "secretsession", "Novakova", "Jana's", f"/join/{TOKEN}"):
        assert secret not in text
    assert '"vars"' not in text


def test_an_error_in_a_job_is_reported(
    sentry: WebServer,
    programs: Programs,  # noqa: F811
) -> None:
    programs.more["SENTRY_DSN"] = dsn(sentry.url)
    worker = programs.start_worker(app="tests.monitoring.failing:app")
    programs.await_ready(worker)
    programs.ask_for("tests.fail")
    await_that(
        lambda: len(events(sentry)) >= 2, "both are reported", seconds=30, else_say=worker.log.read_text
    )
    logged, failed = events(sentry)
    assert logged["logentry"]["message"] == "It was %s that failed."
    error = failed["exception"]["values"][-1]
    assert error["type"] == "IntegrityError"
    assert error["value"] == ""
    for event in (logged, failed):
        assert event["tags"]["task"] == "tests.fail"
        assert len(event["tags"]["task_id"]) == 36
    for secret in (ADDRESS, WORDS):
        assert secret not in everything(sentry)


@pytest.fixture
def silent() -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield f"http://{HOST}:{listener.getsockname()[1]}"


@pytest.mark.parametrize("trouble", ["refusing", "silent"])
def test_nobody_waits_for_sentry(silent: str, tmp_path: Path, trouble: str) -> None:
    url = {"refusing": f"http://{HOST}:{free_port()}", "silent": silent}[trouble]
    with gunicorn(tmp_path, application=FAILING_SITE, SENTRY_DSN=dsn(url)) as (site, port):
        ask(port, "/help/")
        for _time in range(5):
            started = time.monotonic()
            assert ask(port, FAILING)[0] == 500
            assert time.monotonic() - started < QUICKLY
        started = time.monotonic()
    assert time.monotonic() - started < 25, "it ends when it is told to"
    assert site.has_ended()
    sites.end_sessions()


def test_without_an_address_nothing_is_reported() -> None:
    assert "SENTRY_DSN" not in os.environ
    assert not sentry_sdk.is_initialized()


def test_what_is_reported_of_a_request_and_a_person() -> None:
    event = {
        "request": {"method": "POST", "url": "http://x/join/abc/", "headers": {}, "data": {"name": "Jana"}},
        "user": {"email": ADDRESS},
        "breadcrumbs": {"values": [{"message": "SELECT 'Jana'"}]},
        "logentry": {"message": "to %s", "params": [ADDRESS, 7]},
        "extra": {ADDRESS: ["DETAIL: Failing row contains (Jana).\n"]},
    }
    assert reports.make_discreet(event, {}) == {
        "request": {"method": "POST"},
        "logentry": {"message": "to %s"},
        "extra": {"(address)": ["DETAIL: (left out)\n"]},
        "tags": {},
    }


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("meetings.video.platforms.base", "There is no Janus."),
        ("builtins", ""),
        (None, ""),
        ("meetingsque.errors", ""),
    ],
)
def test_only_our_own_errors_say_what_they_say(module: str | None, told: str) -> None:
    error = {"type": "Trouble", "module": module, "value": "There is no Janus."}
    report = reports.make_discreet({"exception": {"values": [error]}}, {})
    assert report["exception"]["values"] == [{"type": "Trouble", "module": module, "value": told}]
