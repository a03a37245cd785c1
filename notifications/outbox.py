"""The only writer of notifications."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from notifications import nudge
from notifications.kinds import Kind
from notifications.models import MailState, Notification


def tell(*rows: Notification) -> None:
    """Tell people something, once per kind, recipient and source; telling it again changes nothing.

    Whoever has deleted the account is not told any more.

    Call it in the transaction that causes it (spec: Exactly once, even when processes die).
    """
    present = [row for row in rows if not row.recipient.is_deleted]
    Notification.objects.bulk_create(present, ignore_conflicts=True)
    nudge.on_commit("notifications.jobs.deliver_mails")


def notification(
    recipient: User,
    kind: Kind,
    *,
    source: str,
    reference: str,
    now: datetime,
    about: User | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Notification:
    """Return a notification that is still to be written, its mail due at once."""
    return Notification(
        recipient=recipient,
        kind=kind.name,
        source=source,
        reference=reference,
        about=about,
        facts=dict(facts or {}),
        created_at=now,
        in_bell=kind.in_bell,
        mail_state=MailState.WAITING,
        mail_due_at=now,
    )
