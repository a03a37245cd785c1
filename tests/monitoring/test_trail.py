"""A request has one id, from the proxy to the job that it triggered, in every line of the log."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from expertim.log_lines import FORMATTERS, DiscreetJson
from meetings.models import Meeting
from runner.places import ROOT
from tests.crashes.conftest import mail_server, programs  # noqa: F401 - fixtures
from tests.crashes.programs import Programs, await_that
from tests.meetings.scenarios import suggest

pytestmark = pytest.mark.django_db

GIVEN = "proxy-7f3a.0001"


def id_of(client: Client, **headers: str) -> str:
    return client.get("/help/", headers=headers).headers["X-Request-ID"]


def test_each_request_has_an_id_of_its_own(client: Client) -> None:
    first, second = id_of(client), id_of(client)
    assert len(first) == len(second) == 32
    assert first != second


def test_the_proxy_of_ours_gives_the_id(client: Client, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert id_of(client, **{"X-Request-ID": GIVEN}) == GIVEN


def test_what_strangers_send_is_not_believed(client: Client) -> None:
    assert id_of(client, **{"X-Request-ID": GIVEN}) != GIVEN


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "two words12", "jana@example.com", 'say"12345678', "ä" * 9]
)
def test_an_id_is_short_and_plain(client: Client, settings: Any, given: str) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert len(id_of(client, **{"X-Request-ID": given})) == 32


class Lines(logging.Handler):
    """Keeps the lines that a program would write, as objects."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[dict[str, Any]] = []
        self.plain: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(json.loads(DiscreetJson().format(record)))
        self.plain.append(FORMATTERS["line"]().format(record))


@pytest.fixture
def lines() -> Any:
    handler, loggers = Lines(), [logging.getLogger(name) for name in (None, "django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield handler
    for logger in loggers:
        logger.removeHandler(handler)


def test_every_line_of_a_request_names_it(client: Client, lines: Lines) -> None:
    """Django's own included, which come when all middleware is through."""
    request_id = client.get("/meetings/1/").headers["X-Request-ID"]
    assert [line["logger"] for line in lines.written] == ["expertim.monitoring.requests", "django.request"]
    assert [line["request_id"] for line in lines.written] == [request_id] * 2
    assert all(f"request_id={request_id}" in line for line in lines.plain)
    logging.getLogger("expertim").warning("afterwards")
    assert "request_id" not in lines.written[-1]


def test_a_request_leaves_one_line_without_its_path(client: Client, lines: Lines) -> None:
    client.get("/experts/?q=jana")
    [line] = lines.written
    ms = line.pop("ms")
    assert {name: line[name] for name in ("level", "message", "method", "view", "status")} == {
        "level": "INFO",
        "message": f"GET meetings:experts 200 {ms} ms",
        "method": "GET",
        "view": "meetings:experts",
        "status": 200,
    }


def test_what_machines_ask_leaves_no_line(client: Client, lines: Lines) -> None:
    client.get("/health/live")
    client.get("/favicon.svg")
    assert [line for line in lines.written if line["logger"] == "expertim.monitoring.requests"] == []


def test_the_job_names_the_request_that_triggered_it(
    programs: Programs,  # noqa: F811
) -> None:
    """Through a real broker: a web process of its own asks for the job, a worker of its own does it."""
    programs.more["LOG_FORMAT"] = "json"
    worker = programs.start_worker()
    programs.await_ready(worker)
    meeting = suggest(now=timezone.now(), price=0)
    [request] = [
        line
        for line in confirm(meeting, programs)
        if line.get("view") == "meetings:act" and line["method"] == "POST"
    ]

    def jobs() -> dict[str, str]:
        lines = parsed(worker.log.read_text())
        return {
            line["task"]: line["task_id"] for line in lines if line.get("request_id") == request["request_id"]
        }

    mails = "notifications.jobs.deliver_mails"
    await_that(lambda: mails in jobs(), "the job says so", seconds=30, else_say=worker.log.read_text)
    assert len(jobs()[mails]) == 36


def confirm(meeting: Meeting, those: Programs) -> list[dict[str, Any]]:
    """Confirm it in a web process of its own, and return what that logged."""
    command = [sys.executable, "-m", "tests.crashes.acting", str(meeting.pk), str(meeting.expert_id)]
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env=those.environment, capture_output=True, text=True, check=True
    )
    return parsed(done.stderr)


def parsed(log: str) -> list[dict[str, Any]]:
    """Read what a program wrote, but for a line that is being written and what Python and Celery print."""
    return [json.loads(line) for line in log.splitlines() if line.startswith("{") and line.endswith("}")]
