"""An empty Postgres database and an empty Redis, and programs that know of nothing else."""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from runner import locks, processes, redis, throw_away
from runner.places import DEV, VENV
from runner.processes import Process
from tests.deployment import documented

# Where programs are; in a container there is no more than this, either.
PATH = f"{VENV / 'bin'}:/usr/bin:/bin"
VALUES = {
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "SITE_URL": "https://expertim.example",
    "VIDEO_PLATFORM": "manual",
}

# Static files are collected into one folder, whichever process of the tests does it.
COLLECTING = DEV / "collecting.lock"

Start = Callable[..., Process]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """What .env.example calls needed, filled in, and the way to the programs: nothing else."""
    database = f"documented_{secrets.token_hex(4)}"
    server = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    server.execute(f'CREATE DATABASE "{database}"')
    with throw_away.folder() as folder:
        broker = redis.start(folder, durable=False, program=redis.system_program())
        given = VALUES | {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl(),
            "REDIS_URL": redis.address(folder),
        }
        assert given.keys() == documented.needed().keys()
        yield given | {"PATH": PATH}
        processes.stop([broker])
    server.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
    server.close()


@pytest.fixture(scope="module")
def prepared(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The same, after the first command that the README names."""
    [prepare] = [one for one in documented.commands() if one.kind == "prepare" and one.source == "README"]
    log = tmp_path_factory.mktemp("prepare") / "log"
    with locks.awaited(COLLECTING):
        processes.run(str(prepare), prepare.words, log=log, environment=environment)
    return environment


@pytest.fixture
def start(prepared: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Return what starts a documented command; all are stopped politely, as the system would."""
    running: list[Process] = []

    def start_one(command: documented.Command, *more: str, **settings: str) -> Process:
        words: list[Any] = [*command.words, *more]
        process = processes.start(
            f"{command.kind}{len(running)}",
            words,
            folder=tmp_path,
            marker=str(words[-1]),
            environment=prepared | settings,
        )
        running.append(process)
        return process

    yield start_one
    processes.stop(running, seconds=30)
    assert [one.name for one in running if one.popen.returncode not in (0, -15)] == []
