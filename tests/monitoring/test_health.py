"""Whether the site says in time, and to anybody, what it lacks."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext

from expertim.monitoring import health
from runner import postgres, processes, throw_away
from runner.addresses import free_port
from tests.monitoring import sites
from tests.monitoring.sites import ask, gunicorn

GOOD = {"database": "ok", "migrations": "ok", "redis": "ok"}
LIMIT = 3.0  # seconds: two, and what a busy machine adds


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test asks anew."""
    monkeypatch.setattr(health._Applied, "all", False)
    monkeypatch.setattr(health, "answers", health.Checkup().answers)


@pytest.mark.django_db
def test_all_is_there(client: Client) -> None:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, GOOD)


def test_it_lives_whatever_is_away(client: Client) -> None:
    """Without a mark, pytest-django keeps it from the database."""
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"process": "ok"})


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_anybody_may_ask_by_any_name_without_https(path: str, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["expertim.example"]
    answer = Client().get(path, headers={"Host": "10.0.0.7:8000"})
    assert answer.status_code == 200
    assert not answer.cookies
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "status"), [("get", 200), ("head", 200), ("post", 405), ("delete", 405)])
def test_it_is_only_looked_at(client: Client, method: str, status: int) -> None:
    for path in ("/health/live", "/health/ready"):
        assert getattr(client, method)(path).status_code == status


@pytest.fixture
def unapplied(transactional_db: None) -> Iterator[None]:
    """One migration that the code brings is not noted as applied."""
    recorder = MigrationRecorder(connection)
    name = recorder.migration_qs.filter(app="meetings").latest("pk").name
    recorder.record_unapplied("meetings", name)
    yield
    recorder.record_applied("meetings", name)


def test_a_missing_migration_is_said(client: Client, unapplied: None) -> None:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, GOOD | {"migrations": "missing"})


def test_a_migration_of_a_newer_version_does_no_harm(client: Client, transactional_db: None) -> None:
    """While a new version is brought out, the old one serves on."""
    recorder = MigrationRecorder(connection)
    recorder.record_applied("meetings", "9999_of_tomorrow")
    try:
        assert client.get("/health/ready").status_code == 200
    finally:
        recorder.record_unapplied("meetings", "9999_of_tomorrow")


@pytest.mark.django_db
def test_asking_is_cheap(client: Client) -> None:
    """It opens at most one connection a second, and uses none of those that pages wait for."""
    client.get("/health/ready")
    with CaptureQueriesContext(connection) as queries:
        started = time.monotonic()
        for _time in range(100):
            client.get("/health/ready")
        assert time.monotonic() - started < 1
    assert len(queries) == 0


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says anything."""
    with socket.socket() as listener:
        listener.bind((sites.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.django_db
def test_redis_away(client: Client, settings: Any) -> None:
    settings.REDIS_URL = f"redis://{sites.HOST}:{free_port()}/0"
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, GOOD | {"redis": "away"})


@pytest.mark.django_db
def test_redis_that_says_nothing(client: Client, settings: Any, silent: int) -> None:
    settings.REDIS_URL = f"redis://:secret@{sites.HOST}:{silent}/0"
    started = time.monotonic()
    answer = client.get("/health/ready")
    assert time.monotonic() - started < LIMIT
    assert (answer.status_code, answer.json()) == (503, GOOD | {"redis": "away"})
    assert b"secret" not in answer.content


@pytest.mark.django_db
def test_postgres_empty_filled_frozen_gone_and_back(tmp_path: Path) -> None:
    with throw_away.folder() as folder:
        server = postgres.start(folder, durable=False)
        try:
            with gunicorn(tmp_path, "--threads", "2", DATABASE_URL=postgres.address(folder)) as (_site, port):
                assert said(port) == (503, GOOD | {"migrations": "missing"})
                fill(folder)
                assert said(port) == (200, GOOD)
                os.kill(server.popen.pid, signal.SIGSTOP)
                assert said(port) == (503, {"database": "away", "migrations": "unknown", "redis": "ok"})
                os.kill(server.popen.pid, signal.SIGCONT)
                processes.stop([server])
                assert said(port) == (503, {"database": "away", "migrations": "unknown", "redis": "ok"})
                server = postgres.start(folder, durable=False)
                assert said(port) == (200, GOOD)
        finally:
            processes.stop([server])


def said(port: int) -> tuple[int, dict[str, str]]:
    """Ask once, when nothing of before is remembered; that it lives is said all the while."""
    time.sleep(health.KEPT)
    started = time.monotonic()
    status, _headers, text = ask(port, "/health/ready")
    assert time.monotonic() - started < LIMIT
    assert ask(port, "/health/live")[0] == 200
    return status, json.loads(text)


def fill(folder: Path) -> None:
    """Note that everything was applied, without applying it."""
    with psycopg.connect(postgres.address(folder)) as database:
        database.execute("CREATE TABLE django_migrations (app text, name text)")
        applied = list(MigrationRecorder(connection).applied_migrations())
        database.cursor().executemany("INSERT INTO django_migrations VALUES (%s, %s)", applied)
