"""The browser for the tests: any Chromium."""

import os
import shutil
from pathlib import Path

from runner import debian
from runner.progress import Problem

VARIABLE = "CHROMIUM"
PACKAGE = "chromium-headless-shell"
NAMES = ("chromium", PACKAGE, "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
NONE = (
    "The tests need a Chromium, and there is none on the PATH (on Debian: sudo apt-get install chromium). "
    f"If it is elsewhere: {VARIABLE}=/path/to/it python3 run.py test"
)


def find_or_install() -> str:
    """Return the path of a browser; install one where we can."""
    found = find()
    if found is None and debian.can_install():
        debian.install(PACKAGE)
        found = find()
    if found is None:
        raise Problem(NONE)
    return found


def find() -> str | None:
    """Return the path of a browser that is here."""
    wanted = os.environ.get(VARIABLE)
    if wanted:
        path = shutil.which(wanted)
        if path is None:
            raise Problem(f"{VARIABLE} names {wanted}, which is no program that can be run.")
        return path
    candidates = (*map(shutil.which, NAMES), *(path for path in MACOS if Path(path).exists()))
    return next(filter(None, candidates), None)
