import os
import signal
import time
from pathlib import Path

import pytest

from runner import leftovers, processes, stopping
from runner.processes import Process
from runner.progress import Problem

# Newer Pythons warn of any thread beside a fork; xdist has one.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


def start(folder: Path, script: str) -> Process:
    return processes.start("thing", ["sh", "-c", script], folder=folder, marker="sh -c")


def test_started_process_is_written_down_until_it_is_stopped(tmp_path: Path) -> None:
    process = start(tmp_path, "sleep 60")
    record = leftovers.read(tmp_path / "thing.pid")
    assert record
    assert record.pid == process.popen.pid
    processes.stop([process])
    assert process.popen.returncode == -signal.SIGTERM
    assert not (tmp_path / "thing.pid").exists()


def test_process_leads_a_group_of_its_own(tmp_path: Path) -> None:
    process = start(tmp_path, "sleep 60")
    assert os.getpgid(process.popen.pid) == process.popen.pid
    processes.stop([process])


def test_deaf_process_and_its_children_are_killed(tmp_path: Path) -> None:
    process = start(tmp_path, "trap '' TERM; sleep 60 & echo $!; wait; sleep 60")
    assert stopping.wait_until(lambda: process.log.read_text().endswith("\n"), seconds=20)
    child = leftovers.Record(int(process.log.read_text()), "sleep 60", signal.SIGTERM)
    assert child.is_running()
    processes.stop([process], seconds=0.2)
    assert process.popen.returncode == -signal.SIGKILL
    assert stopping.wait_until(lambda: not child.is_running(), seconds=20)


def test_children_of_a_killed_process_are_ended_with_its_group(tmp_path: Path) -> None:
    process = start(tmp_path, "sleep 60 & echo $!; wait")
    assert stopping.wait_until(lambda: process.log.read_text().endswith("\n"), seconds=5)
    child = leftovers.Record(int(process.log.read_text()), "sleep 60", signal.SIGTERM)
    os.kill(process.popen.pid, signal.SIGKILL)
    assert stopping.wait_until(process.has_ended, seconds=5)
    assert child.is_running()
    processes.stop([process])
    assert stopping.wait_until(lambda: not child.is_running(), seconds=5)


def test_processes_stop_at_the_same_time(tmp_path: Path) -> None:
    slow = "trap 'sleep 1; exit' TERM; echo; while :; do sleep 0.05; done"
    folders = [tmp_path / str(number) for number in range(3)]
    for folder in folders:
        folder.mkdir()
    started = [start(folder, slow) for folder in folders]
    assert stopping.wait_until(lambda: all(p.log.read_text() == "\n" for p in started), seconds=20)
    begun = time.monotonic()
    processes.stop(started)
    assert time.monotonic() - begun < 2.9  # one after the other they would take 3 s


def test_process_that_ends_before_it_is_ready_is_named_with_its_log(tmp_path: Path) -> None:
    process = start(tmp_path, "echo no such table; exit 3")
    with pytest.raises(Problem, match=r"thing did not start:\n    no such table"):
        processes.await_ready(process, lambda: False, seconds=20)


def test_process_that_never_becomes_ready_is_stopped(tmp_path: Path) -> None:
    process = start(tmp_path, "sleep 60")
    with pytest.raises(Problem, match="did not start"):
        processes.await_ready(process, lambda: False, seconds=0.1)
    assert process.has_ended()


def test_command_that_fails_is_named_with_what_it_printed(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"Migrating failed with status 4:\n    oh dear"):
        processes.run("Migrating", ["sh", "-c", "echo oh dear >&2; exit 4"], log=tmp_path / "log")


def test_end_of_a_long_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("\n".join(map(str, range(100))))
    assert processes.end_of(log, lines=2) == "    98\n    99"


def test_children_keep_their_bytecode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    processes.run("env", ["env"], log=tmp_path / "log")
    assert "PYTHONDONTWRITEBYTECODE" not in (tmp_path / "log").read_text()


def test_wish_to_stop_ends_a_command_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "_asked", True)
    begun = time.monotonic()
    with pytest.raises(stopping.Stopped):
        processes.run("Sleeping", ["sleep", "60"], log=tmp_path / "log")
    assert time.monotonic() - begun < 5
