"""A copy of what these tables hold of a person, for the person: rows of plain values."""

from collections.abc import Iterator
from typing import Any

from accounts.models import User
from credits import ledger
from credits.models import Movement

CHUNK = 1000


def balance(person: User) -> Iterator[dict[str, Any]]:
    """Yield what the person owns now."""
    owned = ledger.balance(person)
    yield {"available": owned.available, "blocked": owned.blocked, "owned": owned.owned}


def movements(person: User) -> Iterator[dict[str, Any]]:
    """Yield the person's movements, newest first, as My account shows them."""
    mine = Movement.objects.filter(owner=person).select_related("posting", "counterparty")
    for movement in mine.iterator(chunk_size=CHUNK):
        other, posting = movement.counterparty, movement.posting
        yield {
            "at": posting.made_at,
            "movement": movement.name,
            "for": posting.reference,
            "with": other.name if other else None,
            "reason": posting.reason,
            "amount": movement.amount,
            "owned_after": movement.owned_after,
        }
