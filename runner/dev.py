"""Run a command beside servers for development, as in: python -m runner.dev python manage.py shell.

They keep their data in .dev/work. Several commands at once share them, and the last one to end stops them.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

from runner import leftovers, locks, postgres, redis, servers, variables
from runner.places import DEV, PYTHON, ROOT
from runner.progress import Problem

FOLDER = DEV / "work"
GATE, USERS = FOLDER / "gate.lock", FOLDER / "users.lock"


def main(command: list[str]) -> int:
    """Run the command and return its status."""
    if not command:
        raise Problem("Say what to run: python -m runner.dev python manage.py migrate")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    port = int(os.environ.get("PORT", "8000"))
    with shared_servers() as addresses:
        environment = variables.for_demo(addresses, port=port)
        environment["PATH"] = f"{PYTHON.parent}{os.pathsep}{environment.get('PATH', '')}"
        # Looked up by hand: subprocess would search our own PATH, which need not lead to .venv.
        return subprocess.run(["/usr/bin/env", *command], check=False, cwd=ROOT, env=environment).returncode


@contextlib.contextmanager
def shared_servers() -> Iterator[dict[str, str]]:
    """Have the servers; start them when we are the first, stop them when we are the last."""
    with contextlib.ExitStack() as stack:
        with locks.awaited(GATE):
            _start_missing()
            users = stack.enter_context(contextlib.ExitStack())
            users.enter_context(locks.shared(USERS))
        try:
            yield {
                "DATABASE_URL": postgres.address(FOLDER),
                "REDIS_URL": redis.address(FOLDER),
            } | servers.given()
        finally:
            users.close()
            with locks.awaited(GATE):
                if locks.is_free(USERS):
                    _stop()


def _start_missing() -> None:
    for server in (postgres, redis):
        record = leftovers.read(FOLDER / f"{server.NAME}.pid")
        if record is None or not record.is_running():
            server.start(FOLDER, durable=True, outlives_us=True)


def _stop() -> None:
    for server in (redis, postgres):
        server.end_leftovers(FOLDER)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
