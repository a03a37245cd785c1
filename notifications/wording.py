"""A notification in words, for the person who reads it now."""

import logging
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models.names import in_readers_language
from accounts.times.formats import written
from notifications.kinds import Kind, all_kinds
from notifications.models import Notification
from notifications.references import page_of

log = logging.getLogger(__name__)

FORGOTTEN = Kind(
    "forgotten",
    title=gettext_lazy("Notification"),
    text=gettext_lazy("Open it to see what it is about."),
    button=gettext_lazy("Open"),
)


def title(notification: Notification) -> str:
    """Return the name of what happened."""
    return str(_kind(notification).title)


def text(notification: Notification) -> str:
    """Return what happened in sentences, times in the active zone."""
    facts = {name: fact(notification, name) for name in notification.facts}
    other = notification.about.name if notification.about else ""
    words = str(_kind(notification).text)
    try:
        return words.format_map({"other": other, **facts})
    except KeyError:
        # One row written by older code must not take the whole list down.
        log.exception("Notification %s lacks a fact for its text.", notification.pk)
        return title(notification)


def fact(notification: Notification, name: str) -> str:
    """Write one fact; its name tells what it is (`_at` an instant, `_credits` an amount).

    What has names in several languages is written in the reader's.
    """
    value = notification.facts[name]
    if isinstance(value, dict):
        return in_readers_language(value)
    if name.endswith("_at"):
        return written(datetime.fromisoformat(value)) if value else _("unknown")
    if name.endswith("_credits"):
        return credits_in_words(value) if value else _("no credits")
    # Words of somebody who has deleted the account.
    return _("(deleted)") if value is None else str(value)


def button(notification: Notification) -> str:
    """Return the words on the button that leads to its object."""
    return str(_kind(notification).button)


def page(notification: Notification) -> str:
    """Return the address on our site that its button leads to."""
    make = _kind(notification).page
    return make(notification) if make else page_of(notification.reference)


def credits_in_words(amount: int) -> str:
    """Return an amount with its unit: "1 credit", "15 credits"."""
    return ngettext("%(amount)s credit", "%(amount)s credits", amount) % {"amount": amount}


def _kind(notification: Notification) -> Kind:
    """Return the kind; what older code told under a name that is gone still opens its object."""
    return all_kinds().get(notification.kind, FORGOTTEN)
