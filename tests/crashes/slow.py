"""The project's own Celery application with a job that takes a while and says who does it.

With FULL_HANDS=1 its workers take more messages than they have children.
"""

import os
import time
from pathlib import Path

from expertim.celery import app

TASK, SECONDS = "tests.crashes.slow.wait", 3.0

if os.environ.get("FULL_HANDS"):
    app.conf.worker_disable_prefetch = False
    app.conf.worker_prefetch_multiplier = 4


@app.task(name=TASK)
def wait() -> None:
    """Write down the worker's number, then take a while."""
    with Path(os.environ["SLOW_JOBS"]).open("a") as file:
        file.write(f"{os.getppid()}\n")
    time.sleep(SECONDS)
