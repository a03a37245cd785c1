"""What the runner tells the person who started it."""

import contextlib
import time

STARTED = time.monotonic()


class Problem(Exception):
    """What ends the run, in words for the person who started it."""


def say(text: str) -> None:
    """Print one line with the seconds since the start."""
    # A closed terminal must not keep us from stopping what we started.
    with contextlib.suppress(OSError):
        print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)
