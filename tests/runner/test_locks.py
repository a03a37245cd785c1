# ruff: noqa: S603 - the programs started here are ours or the system's plainest

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from runner import locks
from runner.places import ROOT
from runner.progress import Problem

HOLD = """
import sys, time
from pathlib import Path
from runner import locks
with locks.held(Path(sys.argv[1]), else_say=""):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "a.lock"


def test_second_holder_is_told(path: Path) -> None:
    with (
        locks.held(path, else_say=""),
        pytest.raises(Problem, match="It is taken"),
        locks.held(path, else_say="It is taken"),
    ):
        pass


def test_lock_is_free_afterwards(path: Path) -> None:
    with locks.held(path, else_say=""):
        assert not locks.is_free(path)
    assert locks.is_free(path)


def test_lock_of_a_killed_process_is_free(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        assert not locks.is_free(path)
        other.kill()
    assert locks.is_free(path)


def test_awaited_lock_comes_when_the_other_is_done(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = threading.Event()
    with locks.held(path, else_say=""):
        waiting = threading.Thread(target=_await, args=(path, done))
        waiting.start()
        assert not done.wait(0.3)
    waiting.join(5)
    assert done.is_set()
    assert "Waiting." in capsys.readouterr().out


def test_users_share_what_nobody_else_can_hold(path: Path) -> None:
    with locks.shared(path), locks.shared(path):
        assert not locks.is_free(path)
    assert locks.is_free(path)


def _await(path: Path, done: threading.Event) -> None:
    with locks.awaited(path, meanwhile_say="Waiting."):
        done.set()
