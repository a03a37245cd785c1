"""Start programs, wait for them, end them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runner import leftovers, stopping
from runner.places import ROOT
from runner.progress import Problem

Command = Sequence[str | Path]


@dataclass(frozen=True, slots=True)
class Process:
    """A program we started, with what it prints in a file."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path
    record: Path
    stop_signal: signal.Signals

    def has_ended(self) -> bool:
        """Look whether it still runs."""
        return self.popen.poll() is not None


def start(
    name: str,
    command: Command,
    *,
    folder: Path,
    marker: str,
    environment: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    user: int | None = None,
    outlives_us: bool = False,
) -> Process:
    """Start a program that stays; its record and its log go to the folder."""
    log, record = folder / f"{name}.log", folder / f"{name}.pid"
    popen = _popen(command, log, environment, user, None if outlives_us else stop_signal)
    leftovers.write(record, leftovers.Record(popen.pid, marker, stop_signal))
    return Process(name, popen, log, record, stop_signal)


def await_ready(process: Process, is_ready: Callable[[], bool], *, seconds: float) -> None:
    """Wait until a program that we started is of use; when it ends before, say so with the end of its log."""
    ended = stopping.wait_until(lambda: process.has_ended() or is_ready(), seconds=seconds)
    if not ended or process.has_ended():
        stop([process])
        raise Problem(f"{process.name} did not start:\n{end_of(process.log)}")


def run(
    name: str,
    command: Command,
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    user: int | None = None,
) -> None:
    """Run a program to its end; when it fails, say so with the end of what it printed."""
    popen = _popen(command, log, environment, user, signal.SIGTERM)
    try:
        stopping.wait_until(lambda: popen.poll() is not None, seconds=3600)
    finally:
        _end(popen, signal.SIGTERM, seconds=10)
    if popen.returncode != 0:
        raise Problem(f"{name} failed with status {popen.returncode}:\n{end_of(log)}")


def stop(processes: Sequence[Process], *, seconds: float = 15) -> None:
    """End programs, all at the same time, and return when the last is gone."""
    for process in processes:
        if not process.has_ended():
            process.popen.send_signal(process.stop_signal)
    for process in processes:
        _end(process.popen, process.stop_signal, seconds=seconds)
        process.record.unlink(missing_ok=True)


def end_of(log: Path, lines: int = 20) -> str:
    """Return the last lines of a log, set in a little."""
    text = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
    return "\n".join(f"    {line}" for line in text) or "    (it printed nothing)"


def inherited() -> dict[str, str]:
    """Return our environment for a child, which may keep the bytecode that it compiles."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _popen(
    command: Command,
    log: Path,
    environment: Mapping[str, str] | None,
    user: int | None,
    death_signal: signal.Signals | None,
) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=inherited() if environment is None else environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A session of its own: the terminal's Ctrl-C comes to us alone, and we end all in order.
            start_new_session=True,
            preexec_fn=_die_with_parent(death_signal),  # noqa: PLW1509 - no threads run here
            user=user,
            group=user,
            extra_groups=[] if user is not None else None,
        )


def _die_with_parent(number: signal.Signals | None) -> Callable[[], None] | None:
    """Have Linux send the signal to the new process when we die, even by kill -9."""
    if number is None or sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    set_parent_death_signal = 1
    return lambda: libc.prctl(set_parent_death_signal, int(number))


def _end(popen: subprocess.Popen[bytes], number: signal.Signals, *, seconds: float) -> None:
    """End a program politely, then whatever is left of its group: a killed parent leaves its children."""
    if popen.poll() is None:
        popen.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            popen.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says so of a group of zombies
        os.killpg(popen.pid, signal.SIGKILL)
    popen.wait()
