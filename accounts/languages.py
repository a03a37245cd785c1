"""The languages that experts may speak, by their ISO 639 codes; CLDR knows their names in ours."""

import unicodedata

from babel import Locale
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language

# Those that Django knows, without variants such as "en-gb"; it has Chinese only in two ways of writing.
NAMES = {code: info["name"] for code, info in LANG_INFO.items() if "-" not in code and "name" in info}
NAMES["zh"] = "Chinese"


def choices() -> list[tuple[str, str]]:
    """Return codes and names, in the order of the names."""
    names = _names()
    return sorted(((code, names[code]) for code in NAMES), key=_place)


def in_words(codes: list[str]) -> str:
    """Return the names, one after the other: "English, German"."""
    names = _names()
    return ", ".join(names[code] for code in codes if code in NAMES)


def code_of(name: str) -> str | None:
    """Return the code of a language by its English name."""
    return next((code for code, known in NAMES.items() if known.casefold() == name.strip().casefold()), None)


def _names() -> dict[str, str]:
    """Return the names of languages in the reader's, written as within a sentence: "čeština", "German"."""
    return dict(Locale.parse(get_language() or "en", sep="-").languages)


def _place(choice: tuple[str, str]) -> str:
    """Return what to sort by: "čínština" stands among those with C, not behind Z."""
    return unicodedata.normalize("NFKD", choice[1]).casefold()
