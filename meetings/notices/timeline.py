"""The timeline of a meeting as its parties read it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.times.formats import written
from meetings.models import Event, Meeting
from meetings.vocabulary import EventKind, Outcome
from notifications.wording import credits_in_words

# The operator's notes to these stay with the operators.
PRIVATE_WORDS = (EventKind.EVALUATED_BY_OPERATOR,)
LINKED_TO_MOVEMENTS = (EventKind.REIMBURSED, EventKind.REVERSED)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline: `words` are what a person said, `details` what was counted."""

    label: str
    at: datetime
    details: str
    words: str
    leads_to_movement: bool


def timeline(meeting: Meeting) -> list[Line]:
    """Return what happened to the meeting, oldest first."""
    return [_line(event) for event in meeting.events.all()]


def details(event: Event) -> str:
    """Return what was counted or chosen, in words."""
    detail = DETAILS.get(EventKind(event.kind))
    return detail(event.facts) if detail else ""


def _line(event: Event) -> Line:
    kind = EventKind(event.kind)
    return Line(
        label=str(kind.label),
        at=event.at,
        details=details(event),
        words="" if kind in PRIVATE_WORDS else event.said,
        leads_to_movement=kind in LINKED_TO_MOVEMENTS and event.posting_id is not None,
    )


def _means_approving(_facts: dict[str, Any]) -> str:
    return _("Whoever suggests a date approves it at the same time.")


def _alternative(facts: dict[str, Any]) -> str:
    if "alternative_starts_at" not in facts:
        return ""
    return written(datetime.fromisoformat(facts["alternative_starts_at"]))


def _blocked(facts: dict[str, Any]) -> str:
    if not facts.get("blocked_credits"):
        return ""
    return _("%(amount)s blocked") % {"amount": credits_in_words(facts["blocked_credits"])}


def _released(facts: dict[str, Any]) -> str:
    if not facts.get("released_credits"):
        return ""
    return _("%(amount)s released") % {"amount": credits_in_words(facts["released_credits"])}


def _reimbursed(facts: dict[str, Any]) -> str:
    return _("%(charged)s charged: %(expert)s to the expert, %(share)s to the platform") % {
        "charged": credits_in_words(facts["charged_credits"]),
        "expert": facts["expert_credits"],
        "share": facts["share_credits"],
    }


def _outcome(facts: dict[str, Any]) -> str:
    return _joined(
        str(Outcome(facts["outcome"]).label), _released(facts) if "charged_credits" not in facts else ""
    )


def _new_date(facts: dict[str, Any]) -> str:
    return _joined(_alternative(facts), _blocked(facts))


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _refunded(facts: dict[str, Any]) -> str:
    return _("%(amount)s back to the user: %(expert)s from the expert, %(platform)s from the platform") % {
        "amount": credits_in_words(facts["refunded_credits"]),
        "expert": facts["from_expert_credits"],
        "platform": facts["from_platform_credits"],
    }


DETAILS: dict[EventKind, Callable[[dict[str, Any]], str]] = {
    EventKind.SUGGESTED_BY_USER: _means_approving,
    EventKind.SUGGESTED_BY_EXPERT: _means_approving,
    EventKind.APPROVED_BY_USER: _blocked,
    EventKind.CANCELLED_BY_USER: _released,
    EventKind.CANCELLED_BY_EXPERT: _released,
    EventKind.CANCELLED_BY_OPERATOR: _released,
    EventKind.REJECTED_BY_USER: _released,
    EventKind.REJECTED_BY_EXPERT: _released,
    EventKind.EXPIRED: _released,
    EventKind.ALTERNATIVE_BY_USER: _alternative,
    EventKind.ALTERNATIVE_BY_EXPERT: _alternative,
    EventKind.ALTERNATIVE_REJECTED_BY_USER: _alternative,
    EventKind.ALTERNATIVE_REJECTED_BY_EXPERT: _alternative,
    EventKind.ALTERNATIVE_CANCELLED_BY_USER: _alternative,
    EventKind.ALTERNATIVE_CANCELLED_BY_EXPERT: _alternative,
    EventKind.REPLACEMENT_APPROVED_BY_USER: _new_date,
    EventKind.REPLACEMENT_APPROVED_BY_EXPERT: _new_date,
    EventKind.LAPSED: _alternative,
    EventKind.EVALUATED_AUTOMATICALLY: _outcome,
    EventKind.EVALUATED_BY_OPERATOR: _outcome,
    EventKind.REIMBURSED: _reimbursed,
    EventKind.REVERSED: _refunded,
}
