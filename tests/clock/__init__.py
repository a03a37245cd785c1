"""A pytest plug-in: --day 2027-03-28T00:20 runs the tests on another day, in every process of Python.

The time is UTC and goes on from there. The clocks of Postgres, Redis, Janus and the browser stay right.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.clock import sitecustomize

FOLDER = str(Path(__file__).parent)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--day", help="run on another day: 2027-03-28T00:20 (UTC)")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Move the clock before anything of ours is imported; workers and programs are born with it moved."""
    day = early_config.known_args_namespace.day
    if day and sitecustomize.SHIFT not in os.environ:
        os.environ[sitecustomize.SHIFT] = str((_instant(day) - datetime.now(UTC)).total_seconds())
        os.environ["PYTHONPATH"] = os.pathsep.join([FOLDER, *_inherited_path()])
        sitecustomize.move()
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if sitecustomize.SHIFT in os.environ:
        terminalreporter.write_line(f"The clock of these tests: {datetime.now(UTC):%a %Y-%m-%d %H:%M} UTC")


def variables() -> dict[str, str]:
    """Return what a program needs to be born with the same clock: nothing on a usual day."""
    if sitecustomize.SHIFT not in os.environ:
        return {}
    return {name: os.environ[name] for name in (sitecustomize.SHIFT, "PYTHONPATH")}


def _instant(text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise pytest.UsageError(f"--day: {error}") from error
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def _inherited_path() -> list[str]:
    return [path for path in [os.environ.get("PYTHONPATH")] if path]
