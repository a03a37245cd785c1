"""The only writer of notifications."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from notifications.kinds import Kind
from notifications.models import Notification


def tell(
    recipient: User,
    kind: Kind,
    *,
    source: str,
    reference: str,
    now: datetime,
    about: User | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Tell a person something, once per kind and source; telling it again changes nothing.

    Call it in the transaction that causes it (spec: Exactly once, even when processes die).
    """
    row = Notification(
        recipient=recipient,
        kind=kind.name,
        source=source,
        reference=reference,
        about=about,
        facts=dict(facts or {}),
        created_at=now,
    )
    Notification.objects.bulk_create([row], ignore_conflicts=True)
