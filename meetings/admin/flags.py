"""Dismissing the flag of an evaluation by silence: it leaves the list of those that operators look at."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from meetings.action import ActionRefused, Step
from meetings.lifecycle import guards, idempotency
from meetings.models import Meeting
from meetings.vocabulary import Role


@transaction.atomic
def dismiss_flag(pk: int, *, operator: User, note: str, key: UUID, now: datetime) -> bool:
    """Take the flag off a meeting and change nothing else; False where this form did so already.

    Raises ActionRefused where the meeting is the operator's own, or not flagged any more.
    """
    meeting = Meeting.objects.select_for_update(no_key=True).get(pk=pk)
    receipt = idempotency.reserve(key, operator, {"dismiss flag": pk, "note": note}, now=now)
    if receipt.meeting:
        return False
    refusal = guards.no_party(Step(meeting, Role.OPERATOR, now, operator))
    if refusal:
        raise ActionRefused(refusal)
    if not meeting.is_flagged:
        raise ActionRefused(
            _("This evaluation does not wait to be looked at any more: another operator has dealt with it.")
        )
    meeting.is_flagged = False
    meeting.save(update_fields=["is_flagged"])
    idempotency.record(receipt, meeting)
    return True
