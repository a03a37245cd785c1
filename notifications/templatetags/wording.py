"""How templates write notifications, amounts and references."""

from django import template

from notifications import references, wording
from notifications.models import Notification
from notifications.references import page_of

register = template.Library()

register.filter("credits", wording.credits_in_words)
register.filter("page_of", page_of)


@register.filter
def title(notification: Notification) -> str:
    """Write the name of what happened."""
    return wording.title(notification)


@register.filter
def text(notification: Notification) -> str:
    """Write what happened in sentences."""
    return wording.text(notification)


@register.filter
def button(notification: Notification) -> str:
    """Write the words on its button."""
    return wording.button(notification)


@register.filter
def reference_name(reference: str) -> str:
    """Write what a reference names: "Meeting 12"."""
    return references.name_of(reference)


@register.filter
def signed(amount: int) -> str:
    """Write an amount with its sign, plus or minus."""
    return f"+{amount}" if amount > 0 else f"−{-amount}"
