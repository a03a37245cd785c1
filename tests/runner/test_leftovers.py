# ruff: noqa: S603, S607 - the programs started here are ours or the system's plainest

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner import leftovers, postgres
from runner.leftovers import Record


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        # Between the start of a program and its name in the process table there is a moment.
        while "sleep" not in leftovers.command_line(process.pid):
            time.sleep(0.01)
        yield process
        process.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "web.pid"


def test_process_that_still_runs_is_ended_and_forgotten(sleeper: subprocess.Popen[bytes], path: Path) -> None:
    leftovers.write(path, Record(sleeper.pid, "sleep 60", signal.SIGTERM))
    assert leftovers.end(path)
    assert sleeper.wait(1) == -signal.SIGTERM
    assert not path.exists()


def test_stranger_with_the_same_number_is_left_alone(sleeper: subprocess.Popen[bytes], path: Path) -> None:
    leftovers.write(path, Record(sleeper.pid, "gunicorn", signal.SIGTERM))
    assert not leftovers.end(path)
    assert sleeper.poll() is None
    assert not path.exists()


def test_stubborn_process_is_killed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "PATIENCE", 0.3)
    deaf = ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.05; done"]
    with subprocess.Popen(deaf, start_new_session=True, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        leftovers.write(path, Record(process.pid, "trap", signal.SIGTERM))
        assert leftovers.end(path)
        assert process.wait(1) == -signal.SIGKILL


@pytest.mark.parametrize("text", ["", "12", "{}", '{"pid": 1}', "[]"])
def test_record_without_sense_is_forgotten(path: Path, text: str) -> None:
    path.write_text(text)
    assert not leftovers.end(path)
    assert not path.exists()


def test_nothing_written_is_nothing_to_end(path: Path) -> None:
    assert not leftovers.end(path)


def test_dead_process_waiting_for_its_parent_does_not_count(path: Path) -> None:
    process = subprocess.Popen(["true"])
    while leftovers.command_line(process.pid):
        pass
    assert not Record(process.pid, "true", signal.SIGTERM).is_running()
    process.wait()


def test_note_that_names_a_stranger_keeps_no_postgres_from_starting(
    sleeper: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    note = tmp_path / "pg" / "postmaster.pid"
    note.parent.mkdir()
    note.write_text(f"{sleeper.pid}\n{note.parent}\n")
    postgres.end_leftovers(tmp_path)
    assert sleeper.poll() is None
    assert not note.exists()
