"""Servers for one run of the tests or the checks: quick, forgetful, and never shared with another run."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from runner import addresses, locks, postgres, redis, servers
from runner.servers import Servers

PREFIX = "expertim-run-"


@contextlib.contextmanager
def running() -> Iterator[Servers]:
    """Have both servers; Redis is the system's own where there is one."""
    with folder() as path, servers.running(path, durable=False, redis_program=redis.system_program()) as both:
        yield both


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Have a folder that is gone afterwards, and so are those that killed runs left."""
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    for other in path.parent.glob(f"{PREFIX}*"):
        if _is_abandoned(other, since=path):
            postgres.end_leftovers(other)
            redis.end_leftovers(other)
            _remove(other)
    path.chmod(0o711)  # where Postgres is another account, it must come through to its data
    with locks.held(path / "lock", else_say=f"{path} is taken."):
        try:
            yield path
        finally:
            _remove(path)


def _is_abandoned(path: Path, *, since: Path) -> bool:
    """Whether nobody holds it; by the clock of the files, for ours may have been moved."""
    with contextlib.suppress(OSError):
        found = path.stat()
        # A young one may be between its making and its lock.
        is_old = since.stat().st_mtime - found.st_mtime > 60
        return is_old and found.st_uid == os.geteuid() and locks.is_free(path / "lock")
    return False


def _remove(path: Path) -> None:
    shutil.rmtree(addresses.socket_folder(path), ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)
