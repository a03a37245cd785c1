"""python3 run.py check: all that can be said of the code without running the tests."""

import subprocess
import time

from runner import installation, processes, stopping, throw_away, variables
from runner.places import PYTHON, ROOT, VENV
from runner.progress import Problem, say

MANAGE = (PYTHON, "manage.py")
STEPS = {
    "ruff check": (VENV / "bin" / "ruff", "check", "."),
    "ruff format": (VENV / "bin" / "ruff", "format", "--check", "."),
    "mypy": (PYTHON, "-m", "mypy"),
    "import contracts": (PYTHON, VENV / "bin" / "lint-imports"),
    "django check": (*MANAGE, "check"),
    "migrations": (*MANAGE, "makemigrations", "--check", "--dry-run"),
    "safe migrations": (PYTHON, "-m", "runner.migrations"),
    "translations": (PYTHON, "-m", "runner.translations", "--check"),
    "lifecycle diagram": (*MANAGE, "lifecycle_diagram", "--check"),
}


def main(names: list[str]) -> int:
    """Run all steps, or those named; return 1 when one of them fails."""
    for name in names:
        if name not in STEPS:
            raise Problem(f"There is no check {name!r}. There are: {', '.join(STEPS)}.")
    installation.ensure(installation.TEST)
    with throw_away.running() as both:
        variables.set_for_checks(both.variables)
        results = [_passes(name, command) for name, command in STEPS.items() if not names or name in names]
    failed = results.count(False)
    say(f"{failed} of {len(results)} checks failed." if failed else f"All {len(results)} checks passed.")
    return 1 if failed else 0


def _passes(name: str, command: processes.Command) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=processes.inherited(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    stopping.check()
    word = "FAIL" if done.returncode else "PASS"
    print(f"{word}  {name:<18} {time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0
