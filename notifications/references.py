"""From a reference such as "meeting:12" to the page it leads to."""

from django.conf import settings
from django.urls import reverse


def page_of(reference: str) -> str:
    """Return the address of the page of what is referred to; settings name the page of each sort of thing.

    >>> page_of("meeting:12")
    '/meetings/12/'
    """
    sort, _colon, number = reference.partition(":")
    return reverse(settings.REFERENCE_PAGES[sort], args=[number] if number else [])
