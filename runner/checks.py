"""python3 run.py check: all that can be said of the code without running the tests."""

import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from runner import installation, processes, stopping, throw_away, variables
from runner.places import PYTHON, ROOT, VENV
from runner.progress import Problem, say

# Two cores are what most machines for tests have; the type checker fills one of them.
AT_ONCE = 2
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
        results = _results({name: STEPS[name] for name in STEPS if not names or name in names})
    failed = results.count(False)
    say(f"{failed} of {len(results)} checks failed." if failed else f"All {len(results)} checks passed.")
    return 1 if failed else 0


def _results(steps: Mapping[str, processes.Command]) -> list[bool]:
    """Run the steps side by side and tell of each, in their order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {name: pool.submit(_run, command) for name, command in steps.items()}
        return [_passes(name, *one.result()) for name, one in running.items()]


def _run(command: processes.Command) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run one step; return what came of it and how many seconds it took."""
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
    return done, time.monotonic() - started


def _passes(name: str, done: subprocess.CompletedProcess[str], seconds: float) -> bool:
    stopping.check()
    word = "FAIL" if done.returncode else "PASS"
    print(f"{word}  {name:<18} {seconds:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0
