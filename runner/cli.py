"""The commands of run.py."""

import sys

from runner import checks, containers, demo, pictures, stopping, testing
from runner.progress import Problem

COMMANDS = {
    "demo": demo.main,
    "test": testing.main,
    "check": checks.main,
    "pictures": pictures.main,
    "containers": containers.main,
}
USAGE = """\
python3 run.py demo            set everything up and run it at http://127.0.0.1:8000/ (or PORT=8001 ...)
python3 run.py test [...]      run the tests; what follows goes to pytest
python3 run.py check           look at style, types, imports, migrations and generated documents
python3 run.py pictures [...]  take pictures of every page into a folder; --readme: those of the README
python3 run.py containers      build the image, bring docker-compose.yml up and walk it in a browser

All of it stays inside this folder: packages in .venv, data and logs in .dev.
With DATABASE_URL or REDIS_URL set, that server is used instead of one of our own."""


def main(arguments: list[str]) -> int:
    """Run a command and return its status."""
    if not arguments or arguments[0] not in COMMANDS:
        print(USAGE)
        return 0 if arguments in (["help"], ["-h"], ["--help"]) else 2
    stopping.listen()
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        return 1
    except PermissionError as error:
        print(f"\nWe may not touch {error.filename}: does it belong to another account?", file=sys.stderr)
        return 1
    except stopping.Stopped:
        return 130
