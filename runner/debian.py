"""What only the system can give, on Debian and its kin."""

import os
import shutil

from runner import processes
from runner.places import DEV
from runner.progress import Problem, say


def require(package: str, problem: str) -> None:
    """Install a package of the system; where we cannot, end with the problem and the line to type."""
    if not can_install():
        raise Problem(f"{problem} Please install it (on Debian: sudo apt-get install {package}).")
    install(package)


def can_install() -> bool:
    """Look whether this is Debian, with us as root."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str) -> None:
    """Install a package of the system."""
    say(f"Installing {package} with apt-get (about 20 s).")
    log = DEV / "apt.log"
    log.parent.mkdir(exist_ok=True)
    # RUNLEVEL=1 tells Debian's scripts not to start a service that the package may bring.
    quietly = processes.inherited() | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    # Somebody else's apt-get may be at work.
    apt_get = ("apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120", "--no-install-recommends")
    processes.run("apt-get update", [*apt_get, "update"], log=log, environment=quietly)
    processes.run(f"apt-get install {package}", [*apt_get, "install", package], log=log, environment=quietly)
