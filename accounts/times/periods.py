"""Which of several periods an instant lies in, asked of the database by UTC instants alone.

Where local days and weeks begin is worked out in Python, by the rules of the pinned `tzdata`: those of
Postgres may be others (docs/decisions/0011-zones.md).
"""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateTimeField, Func, IntegerField, Value


class Period(Func):
    """The place of an instant among periods that follow one another, from 0 on; -1 before the first.

    The beginnings are in order; the last period has no end.
    """

    function = "width_bucket"
    template = "(%(function)s(%(expressions)s) - 1)"
    output_field = IntegerField()

    def __init__(self, instant: str, beginnings: Sequence[datetime]) -> None:
        super().__init__(instant, Value(list(beginnings), output_field=ArrayField(DateTimeField())))
