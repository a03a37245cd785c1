"""As whom Postgres runs: it refuses to be root, or a user whom the system knows no name for."""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from runner.progress import Problem

NOBODY = 65534
NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
CANNOT = (
    "Postgres runs neither as root nor as a user without a name, and this machine lets us neither show it "
    "another account (user namespaces are forbidden) nor run it as nobody in this folder. Run this as an "
    "ordinary user, or set DATABASE_URL to a Postgres server that you have."
)


@dataclass(frozen=True, slots=True)
class Account:
    """What to put before Postgres's command, and the user to run it as when that is not us."""

    prefix: tuple[str, ...] = ()
    user: int | None = None


def for_postgres(binaries: Path, data: Path) -> Account:
    """Return how to run Postgres here."""
    if os.geteuid() != 0 and _have_a_name():
        return Account()
    if _namespaces_work():
        # Entering a namespace drops the parent-death signal: set it again inside.
        return Account(prefix=(*NAMESPACE, "setpriv", "--pdeathsig", "INT"))
    if os.geteuid() == 0 and _nobody_can_reach(binaries / "postgres", data):
        return Account(user=NOBODY)
    raise Problem(CANNOT)


def give(folder: Path, account: Account) -> None:
    """Make the files belong to whom Postgres will be; only root has anything to do here."""
    wanted = account.user if account.user is not None else os.geteuid()
    if os.geteuid() != 0 or folder.stat().st_uid == wanted:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, wanted, wanted, follow_symlinks=False)


def _have_a_name() -> bool:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:  # as in a container started with --user 1234
        return False
    return True


def _namespaces_work() -> bool:
    """Inside a user namespace we are seen as nobody, while the files stay ours: no account, no chmod."""
    if sys.platform != "linux" or not (shutil.which("unshare") and shutil.which("setpriv")):
        return False
    return subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True).returncode == 0


def _nobody_can_reach(postgres: Path, data: Path) -> bool:
    tries = ([str(postgres), "--version"], ["test", "-x", str(data.parent)])
    return all(_works_as_nobody(command) for command in tries)


def _works_as_nobody(command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command, check=False, user=NOBODY, group=NOBODY, extra_groups=[], cwd="/", capture_output=True
        )
    except OSError:
        return False
    return done.returncode == 0
