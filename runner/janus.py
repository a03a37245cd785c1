"""Janus, the conference server: found or installed, and started with what deploy/janus configures."""

import contextlib
import shutil
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from deploy.janus.configure import Setup
from runner import debian, processes
from runner.processes import Process
from runner.progress import Problem

PACKAGE = "janus"
NONE = "The tests of Janus need it, and it is not on the PATH (on Debian: sudo apt-get install janus)."


def find_or_install() -> str:
    """Return the path of Janus; install it where we can."""
    found = shutil.which(PACKAGE)
    if found is None and debian.can_install():
        debian.install(PACKAGE)
        found = shutil.which(PACKAGE)
    if found is None:
        raise Problem(NONE)
    return found


def start(folder: Path, setup: Setup, *, within: Sequence[str] = ()) -> Process:
    """Start the server that a folder configures and wait until it answers.

    `within` is a command that runs it elsewhere, such as in a network of its own.
    """
    process = processes.start(
        PACKAGE,
        [*within, find_or_install(), "-F", folder],
        folder=folder,
        marker=str(folder),
    )
    processes.await_ready(process, lambda: answers(setup.url), seconds=30)
    return process


def answers(url: str) -> bool:
    """Look whether a server answers at this address."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/info", timeout=2) as response:  # noqa: S310
        return bool(response.status == 200)
    return False
