# ruff: noqa: S603 - the programs started here are ours or the system's plainest

import subprocess
import sys

import pytest

from runner import cli, demo, pictures, stopping, testing
from runner.places import ROOT
from runner.progress import Problem


@pytest.mark.parametrize(("arguments", "status"), [([], 2), (["dmeo"], 2), (["--help"], 0)])
def test_run_py_tells_its_commands(arguments: list[str], status: int) -> None:
    done = subprocess.run(
        [sys.executable, "run.py", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (status, cli.USAGE)


def test_demo_refuses_arguments_it_does_not_know() -> None:
    with pytest.raises(Problem, match="'--port'"):
        demo.main(["--port", "1"])


@pytest.mark.parametrize("arguments", [["--fast"], ["one", "two"]])
def test_pictures_refuse_arguments_they_do_not_know(arguments: list[str]) -> None:
    with pytest.raises(Problem, match=arguments[-1]):
        pictures.main(arguments)


def test_problem_is_told_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_arguments: list[str]) -> int:
        raise Problem("There is no Postgres.")

    monkeypatch.setitem(cli.COMMANDS, "demo", fail)
    monkeypatch.setattr(stopping, "listen", lambda: None)
    assert cli.main(["demo"]) == 1
    assert capsys.readouterr().err == "\nThere is no Postgres.\n"


@pytest.mark.parametrize("given", [["-n", "2"], ["-n0"], ["--numprocesses=3"], ["-x", "--pdb"]])
def test_workers_given_are_left_alone(given: list[str]) -> None:
    assert testing.workers(given) == []


@pytest.mark.parametrize(("cores", "expected"), [(1, "2"), (2, "4"), (64, "4")])
def test_two_workers_for_each_core_up_to_four(
    monkeypatch: pytest.MonkeyPatch, cores: int, expected: str
) -> None:
    monkeypatch.setattr(testing, "_cores", lambda: cores)
    assert testing.workers(["tests/runner"]) == ["-n", expected, "--maxschedchunk", "12"]
