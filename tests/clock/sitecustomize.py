"""Python imports this when it starts, where the clock is moved: the folder is on PYTHONPATH then."""

import os
import time

SHIFT = "TEST_CLOCK_SHIFT"  # seconds


def move() -> None:
    """Move the clock of this process; it goes on from there."""
    try:
        import time_machine  # noqa: PLC0415 - no other Python that tests start has it
    except ImportError:
        return
    time_machine.travel(time.time() + float(os.environ[SHIFT])).start()
    time.time()  # it begins to go on with the first look


if __name__ == "sitecustomize" and SHIFT in os.environ:
    move()
