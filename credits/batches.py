"""Many grants or payouts at once, from lines of text: read, judged, booked whole or not at all.

Lines are judged by what they would do one after the other. Each has a key of its own, made from the batch's
and its number, so that a batch that comes twice books once.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from credits import ledger
from credits.models import Account, AccountKind, Posting

MOST_LINES = 1000
MOST_CHARACTERS = 300_000
MOST_CREDITS = 1_000_000
LONGEST_REASON = 1000
LONGEST_LINE = 2000
COLUMNS = 3


class NotReadable(Exception):
    """The text is no batch; `words` say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class NotBooked(Exception):
    """Some line cannot be booked, or would do something else by now; nothing was booked."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line as it was typed; `number` is that of the line in the text."""

    number: int
    cells: tuple[str, ...]

    @property
    def address(self) -> str:
        """Whose credits."""
        return self.cells[0].lower()

    @property
    def amount(self) -> int | None:
        """How many credits, or None where that is no amount."""
        typed = self.cells[1] if len(self.cells) > 1 else ""
        is_number = typed.isascii() and typed.isdecimal() and len(typed) <= len(str(MOST_CREDITS))
        return int(typed) if is_number and 0 < int(typed) <= MOST_CREDITS else None

    @property
    def reason(self) -> str:
        """Why, in words that the person reads."""
        return self.cells[2] if len(self.cells) > 2 else ""


@dataclass(frozen=True, slots=True)
class Line:
    """What a line would do: the person's available credits before and after; or the problem it has."""

    row: Row
    person: User | None = None
    before: int = 0
    after: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """All lines of a text, judged."""

    lines: list[Line]

    @property
    def problems(self) -> int:
        """How many lines have a problem."""
        return sum(bool(line.problem) for line in self.lines)

    @property
    def total(self) -> int:
        """How many credits it moves in all."""
        return sum(line.row.amount or 0 for line in self.lines)

    @property
    def digest(self) -> str:
        """A short text that is another one when any line would do something else."""
        said = [(line.row, line.person and line.person.pk, line.before, line.after) for line in self.lines]
        return sha256(repr(said).encode()).hexdigest()


def read(text: str) -> list[Row]:
    """Return the lines of a text; a first line that names the columns is none. Raises NotReadable."""
    if len(text) > MOST_CHARACTERS:
        raise NotReadable(_("This text is too long. Please send it in several batches."))
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = [
        Row(number, tuple(cell.strip() for cell in cells))
        for number, cells in _cells(lines)
        if any(cell.strip() for cell in cells)
    ]
    if rows and _names_columns(rows[0]):
        rows = rows[1:]
    if not rows:
        raise NotReadable(_("There is no line to book."))
    if len(rows) > MOST_LINES:
        words = _("These are %(lines)s lines. A batch has at most %(most)s; please send them in several.")
        raise NotReadable(words % {"lines": len(rows), "most": MOST_LINES})
    return rows


def judge(rows: list[Row], *, sign: int, operator: User | None = None) -> Batch:
    """Say what each line would do, one after the other; `sign` is 1 for grants and -1 for payouts.

    Nobody moves credits of their own: not the operator whose batch it is.
    """
    people = _people(rows)
    available = _available(people.values())
    first_with: dict[tuple[str, ...], int] = {}
    lines = []
    for row in rows:
        person = people.get(row.address)
        twin = first_with.setdefault((row.address, *row.cells[1:]), row.number)
        before = available.get(person.pk, 0) if person else 0
        after = before + sign * (row.amount or 0)
        problem = _malformed(row) or _repeated(row, twin) or _impossible(person, after, sign, operator)
        if person and not problem:
            available[person.pk] = after
        lines.append(Line(row, person, before, after, problem))
    return Batch(lines)


@transaction.atomic
def book(
    rows: list[Row],
    movement: Callable[..., int | None],
    *,
    sign: int,
    seen: str,
    key: UUID,
    operator: User,
    now: datetime,
) -> Batch | None:
    """Book all lines; None where this batch is booked already. Raises NotBooked, ledger.KeyUsedOtherwise.

    `seen` is the digest of the judgement that the operator looked at.
    """
    # Locked in one order everywhere, so that nobody waits in a circle; a repetition waits here.
    numbers = sorted(person.pk for person in _people(rows).values())
    list(User.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk").values_list("pk"))
    booked = Posting.objects.filter(key__startswith=f"batch:{key}:").count()
    batch = judge(rows, sign=sign, operator=operator)
    if booked and (booked != len(rows) or not all(line.person and line.row.amount for line in batch.lines)):
        raise ledger.KeyUsedOtherwise
    if not booked and (batch.problems or batch.digest != seen):
        raise NotBooked
    for line in batch.lines:
        movement(
            line.person,
            line.row.amount,
            reason=line.row.reason,
            made_by=operator,
            key=f"batch:{key}:{line.row.number}",
            now=now,
        )
    return None if booked else batch


def _cells(lines: list[str]) -> Iterable[tuple[int, list[str]]]:
    """Split lines at commas, semicolons or tabs, whichever the first line has most of; number them from 1.

    Each line stands alone, so that a forgotten quotation mark spoils one line only.
    """
    first = next((line for line in lines if line.strip()), "")
    separator = max(",;\t", key=first.count)
    for number, line in enumerate(lines, 1):
        short = line[:LONGEST_LINE]
        yield number, next(csv.reader([short], delimiter=separator, skipinitialspace=True), [])


def _names_columns(row: Row) -> bool:
    """Whether these are titles: words alone. A line that is broken is judged as one, never left out."""
    return not any(char == "@" or char.isdigit() for cell in row.cells for char in cell)


def _people(rows: list[Row]) -> dict[str, User]:
    """Return those whom the lines name; addresses are kept in lower case."""
    wanted = {row.address for row in rows}
    return {person.email: person for person in User.objects.filter(email__in=wanted)}


def _available(people: Iterable[User]) -> dict[int, int]:
    wallets = Account.objects.filter(kind=AccountKind.WALLET, owner__in=list(people))
    return {owner: balance or 0 for owner, balance in wallets.values_list("owner_id", "balance")}


def _malformed(row: Row) -> str:
    if len(row.cells) > COLUMNS:
        return _("There are more than three columns. Put a reason with separators into quotation marks.")
    if len(row.cells) < COLUMNS or not row.reason:
        return _("An address, an amount and a reason are needed.")
    if row.amount is None:
        return _("“%(typed)s” is no whole amount from 1 to 1000000.") % {"typed": row.cells[1]}
    if len(row.reason) > LONGEST_REASON:
        return _("The reason is too long.")
    return ""


def _repeated(row: Row, twin: int) -> str:
    if twin == row.number:
        return ""
    return _("This is the same as line %(number)s.") % {"number": twin}


def refusal(person: User, *, sign: int, operator: User | None) -> str:
    """Say why this operator may not grant a person anything (1) or record a payout (-1); empty: they may."""
    if person == operator:
        return _("Nobody moves credits of their own.")
    if sign > 0 and not person.is_active:
        return _("This account is blocked, so it is granted nothing.")
    return ""


def _impossible(person: User | None, after: int, sign: int, operator: User | None) -> str:
    if person is None:
        return _("Nobody has this address.")
    refused = refusal(person, sign=sign, operator=operator)
    if refused:
        return refused
    if after < 0:
        words = ngettext(
            "That is %(missing)s credit more than there is.",
            "That is %(missing)s credits more than there is.",
            -after,
        )
        return words % {"missing": -after}
    return ""
