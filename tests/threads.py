"""Several people at the same moment: real threads, each with its own connection to Postgres."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

JITTER = 0.003


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make all calls at the same moment; return what each returned or raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            time.sleep(random.uniform(0, JITTER))  # noqa: S311 - who is first is left to chance
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def slowly(function: Callable[..., Any], pause: float = 0.02) -> Callable[..., Any]:
    """Return the same function after a pause: between looking and changing, others have time to look."""

    def paused(*args: Any, **kwargs: Any) -> Any:
        time.sleep(pause)
        return function(*args, **kwargs)

    return paused
