"""python3 run.py containers: build the image, bring docker-compose.yml up, and walk it in a browser.

Not part of the tests: it takes minutes and needs a container engine.
"""

import os
import shlex
import shutil
import subprocess

from runner import browser, installation
from runner.places import PYTHON, ROOT
from runner.progress import Problem, say

VARIABLE = "COMPOSE"
# Each is of use only where an engine answers it.
CANDIDATES = (("docker", "compose"), ("podman", "compose"), ("podman-compose",))
NONE = (
    "There is no container engine here: neither `docker compose` nor `podman-compose` can list containers. "
    f"If it is called otherwise: {VARIABLE}='...' python3 run.py containers"
)
WALK = ("tests/containers", "-s")


def main(arguments: list[str]) -> int:
    """Turn into pytest, with the given arguments."""
    compose = find_compose()
    installation.ensure(installation.TEST)
    os.environ[VARIABLE] = shlex.join(compose)
    os.environ[browser.VARIABLE] = browser.find_or_install()
    say(f"Walking the containers with {shlex.join(compose)}: about ten minutes.")
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "pytest", *WALK, *arguments])  # noqa: S606 - no shell is wanted


def find_compose() -> list[str]:
    """Return the compose command that works here. Raises Problem where there is none."""
    named = os.environ.get(VARIABLE)
    candidates = (tuple(shlex.split(named)),) if named else CANDIDATES
    for command in candidates:
        if shutil.which(command[0]) and _works([*command, "ps"]):
            return list(command)
    raise Problem(NONE)


def _works(command: list[str]) -> bool:
    environment = os.environ | {"DOMAIN": "localhost", "POSTGRES_PASSWORD": "unused"}
    try:
        done = subprocess.run(
            command, cwd=ROOT, check=False, capture_output=True, env=environment, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
