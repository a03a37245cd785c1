"""A copy of what these tables hold of a person, for the person: rows of plain values."""

from collections.abc import Iterator
from typing import Any

from accounts.models import User
from notifications import wording
from notifications.models import Notification

CHUNK = 1000


def notifications(person: User) -> Iterator[dict[str, Any]]:
    """Yield what the person was told, newest first, in words as the person reads them now."""
    told = Notification.objects.filter(recipient=person).select_related("about")
    for notification in told.iterator(chunk_size=CHUNK):
        yield {
            "told_at": notification.created_at,
            "title": wording.title(notification),
            "text": wording.text(notification),
            "about": notification.reference,
            "read_at": notification.read_at,
            "mail": notification.mail_state,
            "mail_settled_at": notification.mail_settled_at,
        }
