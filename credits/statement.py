"""A person's statement: their movements narrowed, a page of them, all of them as CSV."""

import csv
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice, repeat

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.filters import Filter
from accounts.models import User
from accounts.times.formats import as_user
from credits.models import Movement
from credits.models.movement import KINDS
from notifications.references import name_of

PAGE = 30
CHUNK = 1000
PERIODS = {
    30: gettext_lazy("Last 30 days"),
    90: gettext_lazy("Last 90 days"),
    365: gettext_lazy("Last 12 months"),
}
# What a spreadsheet takes for the beginning of a formula, also in full width.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
BOM = "\ufeff"


class MovementFilter(Filter):
    """Which movements to list."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("All kinds")), *KINDS.items()],
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Period"),
        required=False,
        coerce=int,
        choices=[("", gettext_lazy("All time")), *PERIODS.items()],
    )
    reference = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def movements_of(self, person: User) -> "QuerySet[Movement]":
        """Return the person's movements that were asked for, newest first."""
        return self.narrow(Movement.objects.filter(owner=person))

    def narrow(self, movements: "QuerySet[Movement]") -> "QuerySet[Movement]":
        """Return those of the movements that were asked for."""
        asked = self.asked
        if asked.get("kind"):
            movements = movements.filter(posting__kind=asked["kind"])
        if asked.get("days"):
            since = timezone.now() - timedelta(days=asked["days"])
            movements = movements.filter(posting__made_at__gte=since)
        if asked.get("reference"):
            movements = movements.filter(posting__reference=asked["reference"])
        return movements

    @property
    def is_narrow(self) -> bool:
        """Whether anything is filtered."""
        return any(self.asked.values())


def page_of_movements(chosen: MovementFilter, person: User, number: str | None) -> "Page[Movement]":
    """Return one page; who and what for is looked up only for the movements that are shown."""
    numbers = chosen.movements_of(person).values_list("posting_id", flat=True)
    page = Paginator(numbers, PAGE).get_page(number)
    shown = Movement.objects.filter(owner=person, posting_id__in=list(page.object_list))
    page.object_list = list(shown.select_related("posting__made_by", "counterparty"))  # type: ignore[arg-type]
    return page  # type: ignore[return-value] # of numbers no longer


def csv_lines(
    movements: "QuerySet[Movement]", reader: User, *, with_operators: bool = False
) -> Iterator[str]:
    """Write movements as RFC 4180 with a mark for spreadsheets, part by part, as the reader reads them.

    Operators also read which operator made a movement.
    """
    rows = movements.select_related("posting__made_by", "counterparty").iterator(chunk_size=CHUNK)
    writer = csv.writer(_Echo())
    with as_user(reader):
        head = BOM + writer.writerow([*_head(), *([_("Made by")] if with_operators else [])])
    yield head
    # The reader's zone and language are put on for each part only: what lies between is another request's.
    while chunk := list(islice(rows, CHUNK)):
        with as_user(reader):
            rest = map(_made_by, chunk) if with_operators else repeat([])
            text = "".join(
                writer.writerow([*row, *more]) for row, more in zip(_rows(chunk), rest, strict=False)
            )
        yield text


def safe(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


class _Echo:
    """A file that hands back what is written, for `csv.writer`."""

    def write(self, text: str) -> str:
        return text


def _head() -> list[str]:
    return [
        _("Date"),
        _("Movement"),
        _("For"),
        _("With"),
        _("Reason"),
        _("Amount"),
        _("Balance after"),
    ]


def _rows(movements: Iterable[Movement]) -> Iterator[list[object]]:
    for movement in movements:
        posting, other = movement.posting, movement.counterparty
        words = [
            movement.name,
            name_of(posting.reference) if posting.reference else "",
            other.name if other else "",
            posting.reason,
        ]
        at = timezone.localtime(posting.made_at).isoformat(timespec="seconds")
        yield [at, *map(safe, words), movement.amount, movement.owned_after]


def _made_by(movement: Movement) -> list[object]:
    operator = movement.posting.made_by
    return [safe(operator.name) if operator else ""]
