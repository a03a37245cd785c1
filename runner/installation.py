"""The packages in .venv: those of a lock file, each checked against its hash."""

import hashlib
import subprocess
import sys
from pathlib import Path

from runner import debian, locks, processes
from runner.places import DEV, PYTHON, ROOT, VENV
from runner.processes import Command
from runner.progress import Problem, say

DEMO = ROOT / "requirements-demo.lock"
TEST = ROOT / "requirements-test.lock"
INSTALLER = ROOT / "runner" / "installer.lock"
# What the tests need includes what the demo needs.
INCLUDES = {DEMO: (DEMO,), TEST: (TEST, DEMO)}
LOG = DEV / "install.log"


def ensure(lock: Path) -> None:
    """Make .venv when there is none, and install the lock file's packages unless they are there already."""
    if is_installed(lock):
        return
    with locks.awaited(DEV / "setup.lock", meanwhile_say="Waiting for another run.py, which sets up .venv."):
        if not is_installed(lock):
            _make_venv()
            _half_done().touch()
            _install(lock)
            for included in INCLUDES[lock]:
                stamp(included).write_text(_hash(included))
            _half_done().unlink()


def is_installed(lock: Path) -> bool:
    """Look whether .venv holds what the lock file says today."""
    if not PYTHON.exists() or _half_done().exists():
        return False
    return stamp(lock).exists() and stamp(lock).read_text() == _hash(lock)


def stamp(lock: Path) -> Path:
    """Return the file that notes which state of a lock file is installed."""
    return VENV / f"installed-{lock.stem}"


def _half_done() -> Path:
    """The mark of an installation cut short: uv takes the half of a package that it left for a whole one."""
    return VENV / "half-done"


def _hash(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _make_venv() -> None:
    if _works([PYTHON, "-c", ""]) and not _half_done().exists():
        return
    say("Making .venv.")
    # Without pip: copying one in takes longer than all the rest, and the host's pip can do its work.
    processes.run("Making .venv", [sys.executable, "-m", "venv", "--clear", "--without-pip", VENV], log=LOG)


def _install(lock: Path) -> None:
    pip: Command = [*_pip(), "install", "-q", "--no-compile", "--no-deps", "--require-hashes"]
    say("Fetching uv, the installer.")
    try:
        processes.run("Fetching uv", [*pip, "-r", INSTALLER], log=LOG)
        say(f"Installing the packages of {lock.name} (about 5 s).")
        _install_with_uv(lock)
    except Problem as problem:
        say(f"uv cannot do it here, so pip will (about 30 s). {problem}")
        processes.run("Installing the packages", [*pip, "-r", lock], log=LOG)


def _install_with_uv(lock: Path) -> None:
    uv = VENV / "bin" / "uv"
    command: Command = [uv, "pip", "install", "-q", "--python", PYTHON, "--require-hashes", "-r", lock]
    environment = processes.inherited() | {"UV_PYTHON_DOWNLOADS": "never"}
    processes.run("uv", command, log=LOG, environment=environment)


def _pip() -> Command:
    """Return a pip that installs into .venv: its own, the host's, or one made from what Python carries."""
    own: Command = [PYTHON, "-m", "pip"]
    hosts: Command = [sys.executable, "-m", "pip", "--python", PYTHON]
    for pip in (own, hosts):
        if _works([*pip, "--version"]):
            return pip
    if not _works([sys.executable, "-m", "ensurepip", "--version"]):
        debian.require("python3-venv", "This Python has no pip.")
    processes.run("Making pip", [PYTHON, "-m", "ensurepip"], log=LOG)
    return own


def _works(command: Command) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False
