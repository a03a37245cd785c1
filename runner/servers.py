"""Postgres and Redis, started only where the environment names none."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from runner import addresses, postgres, processes, redis
from runner.processes import Process

VARIABLES = ("DATABASE_URL", "REDIS_URL")


@dataclass(frozen=True, slots=True)
class Servers:
    """What we started, and the variables that lead to all that is there."""

    processes: list[Process] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def running(folder: Path, *, durable: bool = True, redis_program: Path | None = None) -> Iterator[Servers]:
    """Have both servers; those that we start keep their data in the folder and end with us."""
    folder.mkdir(parents=True, exist_ok=True)
    servers = Servers(variables=given())
    try:
        if "DATABASE_URL" not in servers.variables:
            servers.processes.append(postgres.start(folder, durable=durable))
            servers.variables["DATABASE_URL"] = postgres.address(folder)
        if "REDIS_URL" not in servers.variables:
            servers.processes.append(redis.start(folder, durable=durable, program=redis_program))
            servers.variables["REDIS_URL"] = redis.address(folder)
        yield servers
    finally:
        processes.stop(servers.processes)
        with contextlib.suppress(OSError):  # not empty, or there was none
            addresses.socket_folder(folder).rmdir()


def given() -> dict[str, str]:
    """Return the addresses that the environment names."""
    return {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
