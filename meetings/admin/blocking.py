"""Blocking a person: they can no longer sign in, and their meetings to come are cancelled."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from meetings.action import ActionRefused, Entry
from meetings.lifecycle import workflow
from meetings.models import Meeting
from meetings.vocabulary import Action, Role, Status

OPEN = (Status.AWAITING, Status.AGREED, Status.UNDER_REVIEW)


def to_cancel(person: User, now: datetime) -> list[Meeting]:
    """Return the person's meetings that have not begun and that blocking cancels."""
    open_ones = Meeting.objects.of(person).filter(
        status__in=[Status.AWAITING, Status.AGREED], starts_at__gt=now
    )
    return list(open_ones.select_related("student", "expert", "skill").order_by("starts_at", "pk"))


def why_not(person: User, operator: User) -> str | None:
    """Return why this operator cannot block this person: they have an open meeting with each other."""
    own = Meeting.objects.of(person) & Meeting.objects.of(operator)
    if not own.filter(status__in=OPEN).exists():
        return None
    words = _("You have an open meeting with %(person)s, so another operator has to block this account.")
    return words % {"person": person.name}


def block_person(person: User, *, operator: User, reason: str, now: datetime) -> list[Meeting]:
    """Close the account, then cancel each meeting that has not begun; return those cancelled.

    Each is cancelled in a transaction of its own, after the account is closed: one that cannot be cancelled
    holds up no other, and repeating this cancels what is left. Raises ActionRefused where the operator has an
    open meeting with the person (spec: Actions).
    """
    refusal = why_not(person, operator)
    if refusal:
        raise ActionRefused(refusal)
    set_active(person, active=False)
    return [
        meeting
        for meeting in to_cancel(person, now)
        if _is_cancelled(meeting, operator=operator, reason=reason, now=now)
    ]


def unblock_person(person: User) -> None:
    """Open the account again; cancelled meetings stay cancelled."""
    set_active(person, active=True)


def set_active(person: User, *, active: bool) -> None:
    """Open or close the account, after every action of this person that is under way."""
    with transaction.atomic():
        fresh = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        fresh.is_active = person.is_active = active
        fresh.save(update_fields=["is_active"])


def _is_cancelled(meeting: Meeting, *, operator: User, reason: str, now: datetime) -> bool:
    try:
        workflow.perform(
            meeting, Action.CANCEL, role=Role.OPERATOR, actor=operator, now=now, entry=Entry(words=reason)
        )
    except ActionRefused:  # it was rejected or cancelled in the meantime
        return False
    return True
