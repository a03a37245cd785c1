"""Programs that tests start find what production has: no environment of ours is passed on."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import environment

FOLDER = Path(__file__).parent
# What starts Python, and what it takes to be told its environment.
STARTS = {"run": "env", "Popen": "env", "check_output": "env", "check_call": "env", "start": "environment"}
ALLOWED = {
    "environment.py": "it makes the environments",
    "clock/__init__.py": "pytest's own workers get their clock by it",
    "clock/sitecustomize.py": "so do programs that are born with it",
    "containers/stack.py": "the engine takes the shell's, and gives containers none of it",
}
# These tests are of the runner, which is the developer's own: it passes the developer's environment on.
OF_THE_RUNNER = "runner"


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(FOLDER.rglob("*.py")):
        name = str(path.relative_to(FOLDER))
        if name not in ALLOWED:
            yield name, ast.parse(path.read_text())


def test_no_test_passes_its_own_environment_on() -> None:
    assert [f"{name}:{line}" for name, tree in trees() for line in passing_on(tree)] == []


def passing_on(tree: ast.Module) -> list[int]:
    """Return the lines with os.environ itself, not one variable that is read or set."""
    nodes = list(ast.walk(tree))
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    single = {node.value for node in nodes if isinstance(node, ast.Subscript | ast.Attribute)}
    single |= {asked for node in nodes if isinstance(node, ast.Compare) for asked in node.comparators}
    whole = [node for node in attributes if node.attr == "environ" and node not in single]
    return [node.lineno for node in whole + [node for node in attributes if node.attr == "inherited"]]


def test_every_python_that_tests_start_is_told_its_environment() -> None:
    untold = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        if not name.startswith(OF_THE_RUNNER)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and starts_without(node)
    ]
    assert untold == []


def starts_without(call: ast.Call) -> bool:
    """Whether a program is started without an environment; the system's own take any."""
    if not (isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)):
        return False
    if call.func.value.id not in ("subprocess", "processes") or call.func.attr not in STARTS:
        return False
    of_the_system = (call.args and "'ps'" in ast.unparse(call.args[0])) or "'ip'" in ast.unparse(call)
    named = {keyword.arg for keyword in call.keywords}
    return not of_the_system and named.isdisjoint({"env", "environment"})


def test_nothing_of_ours_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DJANGO_SETTINGS_MODULE", "VIDEO_PLATFORM", "PYTHONHASHSEED", "DEMO"):
        monkeypatch.setenv(name, "ours")
    assert "ours" not in environment.bare(SITE_URL="https://expertim.example").values()
