"""A pytest plug-in: every run has Postgres and Redis of its own, started before Django reads its settings.

With DATABASE_URL or REDIS_URL set it uses that server instead.
"""

import contextlib
import os
from collections.abc import Iterator

import pytest

from runner import addresses, throw_away, variables


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        _take_own_redis_database(int(worker.removeprefix("gw")))
    else:
        _start_servers(early_config)
    return (yield)


def _start_servers(early_config: pytest.Config) -> None:
    stack = contextlib.ExitStack()
    early_config.add_cleanup(stack.close)
    both = stack.enter_context(throw_away.running())
    variables.set_for_tests(both.variables)


def _take_own_redis_database(worker: int) -> None:
    """Workers inherit both servers; pytest-django gives each a database in Postgres, this one in Redis."""
    os.environ["REDIS_URL"] = addresses.with_redis_database(os.environ["REDIS_URL"], worker + 1)
