"""python3 run.py test: the whole suite, in a real browser, beside real servers."""

import os
import shutil

from runner import browser, debian, installation, janus, redis, servers
from runner.places import PYTHON, ROOT
from runner.progress import Problem, say

# Tests wait for servers and browsers half of their time.
WORKERS_PER_CORE, MOST_WORKERS = 2, 4
# How many tests a worker gets at a time: few, so that all end together; the longest come first (conftest.py).
CHUNK = 12


def main(arguments: list[str]) -> int:
    """Turn into pytest, with the given arguments."""
    installation.ensure(installation.TEST)
    os.environ[browser.VARIABLE] = browser.find_or_install()
    _have_redis()
    _have_janus()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [str(PYTHON), "-m", "pytest", *workers(arguments), *arguments]
    say(f"Running pytest {' '.join(command[3:])}, with {os.environ[browser.VARIABLE]}.")
    os.chdir(ROOT)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def workers(arguments: list[str]) -> list[str]:
    """Return pytest's options for several workers, unless the arguments decide."""
    if any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments):
        return []
    return ["-n", str(min(WORKERS_PER_CORE * _cores(), MOST_WORKERS)), "--maxschedchunk", str(CHUNK)]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # Linux: those that we may use
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _have_redis() -> None:
    if "REDIS_URL" in servers.given() or redis.system_program():
        return
    try:
        debian.require("redis-server", "There is no Redis.")
    except Problem as problem:
        say(f"{problem} Until then Valkey, its fork from .venv, takes its place.")


def _have_janus() -> None:
    """Have what people need to see each other in the tests."""
    try:
        janus.find_or_install()
        if shutil.which("ip") is None:
            debian.require("iproute2", "The tests of Janus need the ip command.")
    except Problem as problem:
        say(f"{problem} Until then they are skipped.")
