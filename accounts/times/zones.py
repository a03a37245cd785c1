"""Time zones by their names: which are offered, and what an old name is called today.

Browsers and old accounts name zones as they were called long ago ("Asia/Calcutta", "Europe/Kiev").
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_timezone_location
from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

UTC = "UTC"
# Old names, still told by browsers, that the tables lead to another country with the same clock.
RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Coral_Harbour": "America/Atikokan",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}


class ZoneField(forms.ChoiceField):
    """Chooses a place by whose clock somebody lives; old names are taken for those of today."""

    default_error_messages = {
        "invalid_choice": _(
            "This time zone is not known here. Please choose the place nearest to you that has your clock."
        )
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=choices, **{"label": _("Time zone"), **kwargs})

    def to_python(self, value: Any) -> str:
        """Return the name of today."""
        return current_name(super().to_python(value))

    def offer(self, own: str) -> None:
        """Offer also the zone by which somebody lives, so that they keep an unusual one."""
        own, offered = current_name(own), choices()
        if own not in dict(offered):
            self.choices = [(own, in_words(own)), *offered]

    def prepare_value(self, value: Any) -> Any:
        """Show an old name as that of today."""
        return current_name(value) if isinstance(value, str) else value


def choices() -> list[tuple[str, str]]:
    """Return the zones to choose from and how they are written: UTC, then every place."""
    return [(UTC, UTC), *((name, in_words(name)) for name in sorted(_places()))]


def is_known(name: str) -> bool:
    """Whether the pinned rules know this name."""
    return name in _known()


def zone(name: str) -> ZoneInfo:
    """Return a zone by its name; UTC for what the pinned rules do not know (any more)."""
    return ZoneInfo(name if is_known(name) else UTC)


def current_name(name: str) -> str:
    """Return what a zone is called today; a name that nobody knows stays as it is."""
    name = RENAMED.get(name, name)
    while name not in _places() and name in _old_names():
        name = _old_names()[name]
    return UTC if name in ("Etc/UTC", "Etc/GMT") else name


def in_words(name: str) -> str:
    """Return a zone as people read it: "America/New York"."""
    return name.replace("_", " ")


def city(name: str) -> str:
    """Return the place that a zone is named after, in the language of the reader: "New York", "Praha"."""
    return _city(name, get_language() or settings.LANGUAGE_CODE)


@cache
def _city(name: str, language: str) -> str:
    return str(get_timezone_location(name, locale=language, return_city=True)).rpartition("/")[2]


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _places() -> frozenset[str]:
    """Return the zones of the table of countries; the third column is the zone."""
    return frozenset(row[2] for row in _rows("zone.tab", "\t"))


@cache
def _old_names() -> dict[str, str]:
    """Return what each link ("L new old") leads to."""
    return {row[2]: row[1] for row in _rows("tzdata.zi", " ") if row[0] == "L"}


def _rows(table: str, gap: str) -> Iterator[list[str]]:
    text = files("tzdata").joinpath("zoneinfo", table).read_text()
    return (line.split(gap) for line in text.splitlines() if line and not line.startswith("#"))
