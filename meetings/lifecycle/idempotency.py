"""Repeated requests: a form acts once, and its repetition finds what it did."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from meetings.action import ActionRefused, Entry
from meetings.models import Meeting, Receipt

KEPT = timedelta(days=30)


def claim(key: UUID, actor: User, contents: str, *, now: datetime) -> Receipt:
    """Return the receipt of this form: a new one without a meeting, or the one of the first request.

    Two requests with one key queue here until the first is done. Raises ActionRefused where the key came
    before from someone else or with other contents.
    """
    digest = sha256(contents.encode()).hexdigest()
    receipt, _created = Receipt.objects.get_or_create(
        key=key, defaults={"actor": actor, "digest": digest, "made_at": now}
    )
    if receipt.actor_id != actor.pk or receipt.digest != digest:
        raise ActionRefused(
            _("This form was sent before with other contents, so nothing was changed. Please open it again.")
        )
    return receipt


def forget_old(now: datetime) -> int:
    """Delete receipts of forms that nobody will send again, and return how many."""
    return Receipt.objects.filter(made_at__lt=now - KEPT).delete()[0]


def settle(receipt: Receipt, meeting: Meeting) -> None:
    """Note what the form acted upon."""
    receipt.meeting = meeting
    receipt.save(update_fields=["meeting"])


def contents(action: str, meeting: Meeting, revision: int | None, entry: Entry) -> str:
    """Return everything a form says, as one text to compare."""
    return repr((action, meeting.pk, revision, entry))
