"""Real servers, started and stopped by the runner's own code."""

# ruff: noqa: S603 - the programs started here are ours or the system's plainest

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis as client

from runner import account, addresses, leftovers, postgres, redis, servers, throw_away
from runner.places import ROOT

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


@pytest.fixture(autouse=True)
def none_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in servers.VARIABLES:
        monkeypatch.delenv(name)


@pytest.fixture
def folder() -> Iterator[Path]:
    with throw_away.folder() as path:
        yield path


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def test_servers_answer_and_are_gone_afterwards(folder: Path) -> None:
    with servers.running(folder, durable=False) as both:
        assert ask(both.variables["DATABASE_URL"], "SELECT 1") == 1
        with client.from_url(both.variables["REDIS_URL"]) as redis_client:
            assert redis_client.ping()
    assert all(process.has_ended() for process in both.processes)
    assert not list(folder.glob("*.pid"))
    assert not addresses.socket_folder(folder).exists()


def test_data_outlives_a_stop(folder: Path) -> None:
    with servers.running(folder) as both:
        with psycopg.connect(both.variables["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        with client.from_url(both.variables["REDIS_URL"]) as redis_client:
            redis_client.set("kept", "42")
    with servers.running(folder) as both:
        assert ask(both.variables["DATABASE_URL"], "SELECT answer FROM kept") == 42
        with client.from_url(both.variables["REDIS_URL"]) as redis_client:
            assert redis_client.get("kept") == b"42"


def test_letters_are_known_and_sorted_alike_everywhere(folder: Path) -> None:
    with servers.running(folder, durable=False) as both:
        assert ask(both.variables["DATABASE_URL"], "SELECT lower('É')") == "é"
        assert ask(both.variables["DATABASE_URL"], "SELECT 'Z' < 'a'") is True


def test_server_left_running_is_ended_by_the_next_start(folder: Path) -> None:
    first = postgres.start(folder, durable=False, outlives_us=True)
    second = postgres.start(folder, durable=False)
    assert first.has_ended()
    assert ask(postgres.address(folder), "SELECT 1") == 1
    postgres.end_leftovers(folder)
    assert second.popen.wait(10) == 0


def test_redis_left_running_is_ended_by_the_next_start(folder: Path) -> None:
    first = redis.start(folder, durable=False, outlives_us=True)
    record = leftovers.read(folder / "redis.pid")
    assert record
    assert record.is_running()
    second = redis.start(folder, durable=False)
    assert first.has_ended()
    redis.end_leftovers(folder)
    assert second.popen.wait(10) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a parent-death signal")
def test_servers_of_a_killed_runner_end(folder: Path) -> None:
    script = """
import sys, time
from pathlib import Path
from runner import servers
with servers.running(Path(sys.argv[1]), durable=False):
    print("up", flush=True)
    time.sleep(60)
"""
    command = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout
        assert runner.stdout.readline() == "up\n"
        records = [leftovers.read(folder / f"{name}.pid") for name in ("postgres", "redis")]
        runner.kill()
    for record in filter(None, records):
        assert leftovers._is_gone(record, seconds=10)
    assert None not in records


def test_given_servers_are_used_and_none_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"DATABASE_URL": "postgresql://elsewhere/x", "REDIS_URL": "redis://elsewhere"}
    for name, url in given.items():
        monkeypatch.setenv(name, url)
    with servers.running(tmp_path) as both:
        assert both == servers.Servers(processes=[], variables=given)


def test_throw_away_folder_leaves_nothing() -> None:
    with throw_away.folder() as path, servers.running(path, durable=False):
        sockets = addresses.socket_folder(path)
        assert sockets.is_dir()
    assert not path.exists()
    assert not sockets.exists()


def test_folder_of_a_killed_run_is_removed_by_the_next(folder: Path) -> None:
    abandoned = folder.with_name(throw_away.PREFIX + "abandoned")
    abandoned.mkdir()
    os.utime(abandoned, (0, 0))
    with throw_away.folder():
        assert not abandoned.exists()
        assert folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a choice of accounts")
def test_root_without_namespaces_runs_postgres_as_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "_namespaces_work", lambda: False)
    who = account.for_postgres(postgres.binaries(), folder / "pg")
    assert who == account.Account(user=account.NOBODY)
    with servers.running(folder, durable=False) as both:
        assert ask(both.variables["DATABASE_URL"], "SELECT 1") == 1
    assert (folder / "pg").stat().st_uid == account.NOBODY
    monkeypatch.undo()
    monkeypatch.delenv("DATABASE_URL")
    with servers.running(folder, durable=False) as both:
        assert ask(both.variables["DATABASE_URL"], "SELECT 1") == 1
    assert (folder / "pg").stat().st_uid == os.geteuid()
