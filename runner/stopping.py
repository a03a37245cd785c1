"""Whether somebody asked us to stop: noted by a signal, acted upon only where we wait.

A signal that raised an exception anywhere could come between starting a process and noting that it runs.
"""

import signal
import time
from collections.abc import Callable
from types import FrameType

_asked = False


class Stopped(Exception):
    """Somebody pressed Ctrl-C or ended the runner."""


def listen() -> None:
    """From now on take note of Ctrl-C, of a polite kill and of a closed terminal."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask)


def pause(seconds: float) -> None:
    """Wait; raise Stopped when somebody asked us to stop."""
    time.sleep(seconds)
    check()


def check() -> None:
    """Raise Stopped when somebody asked us to stop."""
    if _asked:
        raise Stopped


def wait_until(is_done: Callable[[], bool], *, seconds: float) -> bool:
    """Ask again and again; return whether it came true in time."""
    give_up_at = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > give_up_at:
            return False
        pause(0.03)
    return True


def _ask(_number: int, _frame: FrameType | None) -> None:
    global _asked  # noqa: PLW0603 - a signal handler has no other place to write to
    _asked = True
