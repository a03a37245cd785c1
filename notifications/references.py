"""From a reference such as "meeting:12" to the page it leads to and the words for it."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User


def page_of(reference: str) -> str:
    """Return the address of the page of what is referred to; settings name the page of each sort of thing."""
    sort, number = _parts(reference)
    page, _words = settings.REFERENCE_PAGES[sort]
    return reverse(page, args=[number] if number else [])


def name_of(reference: str) -> str:
    """Return what is referred to in words: "Meeting 12"."""
    sort, number = _parts(reference)
    _page, words = settings.REFERENCE_PAGES[sort]
    return _("%(sort)s %(number)s") % {"sort": words, "number": number}


def names_for(person: User, references: Iterable[str]) -> dict[str, str]:
    """Return what is referred to in words for somebody who may know more: with whom, about what, when.

    Settings name the function that knows a sort of thing; what it does not name keeps its usual name.
    """
    names = {reference: name_of(reference) for reference in references}
    for sort, path in settings.REFERENCE_NAMES.items():
        numbers = [number for one, number in map(_parts, names) if one == sort]
        names |= {f"{sort}:{number}": words for number, words in import_string(path)(person, numbers).items()}
    return names


def _parts(reference: str) -> tuple[str, str]:
    sort, _colon, number = reference.partition(":")
    return sort, number
