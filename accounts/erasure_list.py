"""The list of people who were erased, kept outside of the database: by it an older back-up is erased again.

One line per person, a number and an instant, no names: "12 2026-11-30T08:15:00+00:00". The file is only ever
added to, and whatever it lacks is added by the next run of the job.
"""

import fcntl
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from accounts.models import User

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Erasure:
    """That a person, by number, was erased at an instant."""

    pk: int
    at: datetime

    def __str__(self) -> str:
        return f"{self.pk} {self.at.isoformat()}"


def add_missing(path: Path) -> int:
    """Add the people who were erased and are not in the file yet; return how many. Raises OSError."""
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # one worker at a time
        file.seek(0)
        content = file.read()
        known = set(_parse(content))
        missing = [erasure for erasure in _erased() if erasure not in known]
        if missing:
            is_cut_off = bool(content) and not content.endswith(b"\n")
            file.write(_lines(missing, after=b"\n" if is_cut_off else b""))
            file.flush()
            os.fsync(file)
    return len(missing)


def read(path: Path) -> list[Erasure]:
    """Return what is in the file, oldest first. Raises OSError."""
    return sorted(set(_parse(path.read_bytes())), key=lambda erasure: (erasure.at, erasure.pk))


def person_of(erasure: Erasure) -> User | None:
    """Return who is to be erased again, or None where there is nothing to do.

    An older back-up may not have the person yet, and the number may be somebody else's by now: whoever joined
    after the erasure is not meant.
    """
    return User.objects.filter(pk=erasure.pk, date_joined__lte=erasure.at, deleted_at=None).first()


def _erased() -> list[Erasure]:
    """Return everybody who was erased; of those that are not active, where there is an index."""
    rows = User.objects.filter(is_active=False).exclude(deleted_at=None).order_by("deleted_at", "pk")
    return [Erasure(pk, at) for pk, at in rows.values_list("pk", "deleted_at") if at]


def _lines(erasures: Iterable[Erasure], *, after: bytes) -> bytes:
    return after + "".join(f"{erasure}\n" for erasure in erasures).encode()


def _parse(content: bytes) -> list[Erasure]:
    return [erasure for line in content.splitlines() if (erasure := _erasure(line.decode(errors="replace")))]


def _erasure(line: str) -> Erasure | None:
    """Read one line; one that was cut off by a crash was written again whole."""
    number, _, instant = line.strip().partition(" ")
    try:
        at = datetime.fromisoformat(instant)
        return Erasure(int(number), at) if at.tzinfo else None
    except ValueError:
        if line.strip():
            log.warning("A line of the list of erasures cannot be read.")
        return None
