"""From a reference such as "meeting:12" to the page it leads to and the words for it."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _


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


def _parts(reference: str) -> tuple[str, str]:
    sort, _colon, number = reference.partition(":")
    return sort, number
