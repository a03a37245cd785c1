"""A copy of what these tables hold of a person, for the person: rows of plain values."""

from collections.abc import Iterator
from typing import Any

from accounts.models import User
from notifications import wording
from notifications.models import AccountMail, Notification

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


def mails_before_the_account(person: User) -> Iterator[dict[str, Any]]:
    """Yield mails about signing in that went to the person's address when it had no account yet."""
    for mail in AccountMail.objects.filter(person=None, address=person.email):
        yield {
            "what": str(mail._meta.verbose_name),
            "mail_state": mail.mail_state,
            "mail_settled_at": mail.mail_settled_at,
            "mail_problem": mail.mail_problem,
            "address": mail.address,
            "language": mail.language,
            "kind": mail.kind,
            "facts": mail.facts,
            "created_at": mail.created_at,
        }
