"""What the answers of a real site tell browsers: an A+ of the HTTP Observatory on every page there is."""

import http.client
import os
import signal
import socket
import sys
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from demo.people import address
from runner import processes, variables
from runner.visiting import Sight
from tests import environment, observatory
from tests.browser.demo import seeded
from tests.observatory import Answer

pytestmark = pytest.mark.django_db(transaction=True)

HOST = "127.0.0.1"
SESSION = "__Host-sessionid"
BEST = 135  # of what the rules give to a site that is in no browser's list of secure sites
POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "font-src": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}


@pytest.fixture
def port(transactional_db: None, tmp_path: Path) -> Iterator[int]:
    """The port of gunicorn, with the settings of a real site, on the test's database."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        port = found.getsockname()[1]
    real = variables.PUBLIC_SITE | {"PGAPPNAME": "site with headers"}
    command = [sys.executable, "-m", "gunicorn", "runner.error_site", "--bind", f"{HOST}:{port}"]
    site = processes.start(
        "site",
        [*command, "--no-control-socket"],
        folder=tmp_path,
        marker="runner.error_site",
        environment=environment.of_the_site(**real),
    )
    processes.await_ready(site, lambda: is_answering(port), seconds=120)
    yield port
    os.killpg(site.popen.pid, signal.SIGKILL)
    site.popen.wait()
    with connection.cursor() as cursor:
        sessions = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = %s"
        cursor.execute(sessions, ["site with headers"])


def is_answering(port: int) -> bool:
    """Whether it is this site that answers: another test may have had the port until a moment ago."""
    try:
        told, _cookies = get(port, "/")
    except (OSError, http.client.HTTPException):
        return False
    return told.get("server") == "gunicorn"


def test_every_page_has_the_best_mark(port: int) -> None:
    sights = seeded(timezone.now())
    sessions = {who: session_of(who) for who in {sight.who for sight in sights}}
    answers = {sight: ask(port, sight, sessions[sight.who]) for sight in sights}
    marks = {sight.name: observatory.marks(answer) for sight, answer in answers.items()}
    assert {name: mark for name, mark in marks.items() if 100 + sum(mark.values()) < BEST} == {}
    assert [complaint for sight, answer in answers.items() for complaint in complaints(sight, answer)] == []


def complaints(sight: Sight, answer: Answer) -> list[str]:
    """Return what no mark is given for and we want nevertheless."""
    told, policy = answer.headers, observatory.policy(answer)
    wrong = [name for name, sources in POLICY.items() if policy.get(name) != sources]
    if told.get("cross-origin-opener-policy") != "same-origin":
        wrong.append("opener")
    if told["strict-transport-security"] != "max-age=31536000":
        wrong.append("transport")
    wrong += [name for name in answer.cookies if not name.startswith("__Host-")]
    if sight.who and sight.status < 500 and "no-store" not in told.get("cache-control", ""):
        wrong.append("kept in caches")
    return [f"{sight.name}: {word}" for word in wrong]


def session_of(who: str) -> str:
    if not who:
        return ""
    client = Client()
    client.force_login(User.objects.get(email=address(who)))
    return client.cookies["sessionid"].value


def ask(port: int, sight: Sight, session: str) -> Answer:
    """Ask as the proxy in front of a real site does; and as somebody who forgot the s of https."""
    plain, _cookies = get(port, sight.path)
    leads = plain.get("location", "").startswith("https://")
    cookie = {"Cookie": f"{SESSION}={session}"} if session else {}
    told, cookies = get(port, sight.path, {"X-Forwarded-Proto": "https", **cookie})
    return Answer(told, cookies, leads)


def get(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[dict[str, str], SimpleCookie]:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    connection.request("GET", path, headers=headers or {})
    response = connection.getresponse()
    cookies = SimpleCookie()
    for line in response.headers.get_all("Set-Cookie") or []:
        cookies.update(SimpleCookie(line))
    connection.close()
    return {name.lower(): value for name, value in response.getheaders()}, cookies
