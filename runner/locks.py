"""One at a time: locks on files, which the system takes back from a process that dies."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from runner import stopping
from runner.progress import Problem, say


@contextlib.contextmanager
def held(path: Path, *, else_say: str) -> Iterator[None]:
    """Hold the lock; when somebody else does, end with the given words."""
    with _open(path) as file:
        if not _take(file, fcntl.LOCK_EX):
            raise Problem(else_say)
        yield


@contextlib.contextmanager
def awaited(path: Path, *, meanwhile_say: str | None = None) -> Iterator[None]:
    """Hold the lock; when somebody else does, say so and wait."""
    with _open(path) as file:
        if not _take(file, fcntl.LOCK_EX):
            if meanwhile_say:
                say(meanwhile_say)
            while not _take(file, fcntl.LOCK_EX):
                stopping.pause(0.1)
        yield


@contextlib.contextmanager
def shared(path: Path) -> Iterator[None]:
    """Be one of those who use something."""
    with _open(path) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def is_free(path: Path) -> bool:
    """Look whether nobody holds the lock."""
    with _open(path) as file:
        return _take(file, fcntl.LOCK_EX)


def _open(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a")


def _take(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
