"""The languages that experts may speak, by their ISO 639 codes; Django knows their names in ours."""

import unicodedata

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext, gettext_noop

# Without variants such as "en-gb"; Django has Chinese only in two ways of writing.
NAMES = {code: info["name"] for code, info in LANG_INFO.items() if "-" not in code and "name" in info}
NAMES["zh"] = gettext_noop("Chinese")
# Django names these, but does not translate them.
gettext_noop("Norwegian")
gettext_noop("Norwegian Bokmal")


def choices() -> list[tuple[str, str]]:
    """Return codes and names, in the order of the names."""
    return sorted(((code, gettext(name)) for code, name in NAMES.items()), key=_place)


def in_words(codes: list[str]) -> str:
    """Return the names, one after the other: "English, German"."""
    return ", ".join(gettext(NAMES[code]) for code in codes if code in NAMES)


def code_of(name: str) -> str | None:
    """Return the code of a language by its English name."""
    return next((code for code, known in NAMES.items() if known.casefold() == name.strip().casefold()), None)


def _place(choice: tuple[str, str]) -> str:
    """Return what to sort by: "čínština" stands among those with C, not behind Z."""
    return unicodedata.normalize("NFKD", choice[1]).casefold()
