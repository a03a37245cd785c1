"""Idempotency keys: a form acts once, and its repetition finds what it did.

What a form says is compared by value (ids, instants, numbers), never by how something is called: the same in
every language, after a reason was renamed, and after a deploy that adds a field.
"""

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import User
from meetings.action import ActionRefused
from meetings.models import Meeting, Receipt

KEPT = timedelta(days=30)


def reserve(key: UUID, actor: User, contents: dict[str, Any], *, now: datetime) -> Receipt:
    """Return the receipt of this form: a new one without a meeting, or the one of the first request.

    Two requests with one key queue here until the first is done. Raises ActionRefused where the key came
    before from someone else or with other contents.
    """
    return _reserved(key, actor, contents, now)[0]


def is_first(key: UUID, actor: User, contents: dict[str, Any], *, now: datetime) -> bool:
    """Whether this form, which is about no single meeting, comes for the first time; else as `reserve`."""
    return _reserved(key, actor, contents, now)[1]


def refuse_other_contents(key: UUID, actor: User, contents: dict[str, Any]) -> None:
    """Raise ActionRefused where this key came before from someone else or with other contents."""
    receipt = Receipt.objects.filter(key=key).first()
    if receipt:
        _compare(receipt, actor, digest(contents))


def record(receipt: Receipt, meeting: Meeting) -> None:
    """Note what the form acted upon."""
    receipt.meeting = meeting
    receipt.save(update_fields=["meeting"])


def forget_old(now: datetime) -> int:
    """Delete receipts of forms that nobody will send again, and return how many."""
    return Receipt.objects.filter(made_at__lt=now - KEPT).delete()[0]


def digest(contents: dict[str, Any]) -> str:
    """Return what stands for these contents: of equal values the same, in any language."""
    return sha256(json.dumps(_plain(contents), sort_keys=True).encode()).hexdigest()


def _reserved(key: UUID, actor: User, contents: dict[str, Any], now: datetime) -> tuple[Receipt, bool]:
    said = digest(contents)
    receipt, is_new = Receipt.objects.get_or_create(
        key=key, defaults={"actor": actor, "digest": said, "made_at": now}
    )
    _compare(receipt, actor, said)
    return receipt, is_new


def _compare(receipt: Receipt, actor: User, said: str) -> None:
    if receipt.actor_id != actor.pk or receipt.digest != said:
        raise ActionRefused(
            _("This form was sent before with other contents, so nothing was changed. Please open it again.")
        )


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it: of a row its number, of a dataclass what is no default."""
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case Model():
            return [value._meta.label_lower, value.pk]
        case dict():
            return {str(name): _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
    if is_dataclass(value):
        given = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _plain(one) for field, one in given if one != field.default}
    return value
