"""Processes of an earlier run: each is written down when it starts, so that a later run can end it."""

import contextlib
import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Record:
    """A process we started; the marker is a piece of its command line that no other process has."""

    pid: int
    marker: str
    signal: int

    def is_running(self) -> bool:
        """Look whether this very process still runs: its number may belong to somebody else by now."""
        return self.marker in command_line(self.pid)


def write(path: Path, record: Record) -> None:
    """Write a process down."""
    path.write_text(json.dumps(asdict(record)))


def read(path: Path) -> Record | None:
    """Return what is written there, if it makes sense."""
    try:
        return Record(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def end(path: Path) -> bool:
    """End the process written down there, if it still runs, and forget it; return whether it did run."""
    record = read(path)
    was_running = record is not None and end_process(record)
    path.unlink(missing_ok=True)
    return was_running


def end_process(record: Record) -> bool:
    """End one process, politely at first; return whether it did run."""
    if not record.is_running():
        return False
    _send(record.pid, record.signal)
    if not _is_gone(record, seconds=PATIENCE):
        _send(-record.pid, signal.SIGKILL)  # the whole group: each of ours leads its own
        _is_gone(record, seconds=PATIENCE)
    return True


def command_line(pid: int) -> str:
    """Return a running process's command line; of none and of a dead one, nothing."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    ps = ["ps", "-o", "args=", "-p", str(pid)]
    return subprocess.run(ps, check=False, capture_output=True, text=True).stdout


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _is_gone(record: Record, *, seconds: float) -> bool:
    give_up_at = time.monotonic() + seconds
    while record.is_running():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.05)
    return True
