"""What happens if a party does nothing: the next automatic step, when, and what it does to the credits.

Says nothing that the party may not know yet: what the other answered stays hidden until the evaluation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from meetings.lifecycle.evaluation import ACCUSED, BY_SILENCE
from meetings.models import Meeting
from meetings.video.attendance import has_attended
from meetings.vocabulary import Outcome, Payment, Progress, Role, Status
from notifications.wording import credits_in_words


@dataclass(frozen=True, slots=True)
class Prospect:
    """The next step that comes by itself: when (a UTC instant, None if never), what, and the credits."""

    at: datetime | None
    what: str
    credits: str


def prospect(meeting: Meeting, role: Role, now: datetime) -> Prospect | None:
    """Return what happens if this party does nothing; None where the meeting is closed."""
    if meeting.has_open_alternative(now):
        return _lapse(meeting)
    return NEXT[meeting.status_at(now)](meeting, role, now)


def _expiry(meeting: Meeting, _role: Role, _now: datetime) -> Prospect:
    what = _("The request expires, because it was not approved before the start.")
    return Prospect(meeting.starts_at, what, _released(meeting))


def _lapse(meeting: Meeting) -> Prospect:
    if meeting.status == Status.AGREED:
        what = _("The alternative date lapses; the meeting goes on with the original date.")
    else:
        what = _("The alternative date lapses; the meeting stays rejected.")
    return Prospect(meeting.answer_by, what, _("No credits move."))


def _rejection_stands(meeting: Meeting, _role: Role, now: datetime) -> Prospect | None:
    if now >= meeting.starts_at:
        return None
    what = _("The meeting stays rejected; after its start no new date can be suggested.")
    return Prospect(meeting.starts_at, what, _("No credits move."))


def _silence(meeting: Meeting, role: Role, _now: datetime) -> Prospect:
    """Say what 168 hours of silence lead to, from this party's own answer alone."""
    own = _own_answer(meeting, role)
    if own is None and meeting.answers.exists():
        what = _("The answer of the other party stands, unless the attendance contradicts it.")
        return Prospect(meeting.closes_by_silence_at, what, _may_be_charged(meeting))
    outcome = _outcome_of_silence(meeting, role, own)
    return Prospect(meeting.closes_by_silence_at, str(WHAT[outcome]()), CREDITS[outcome](meeting))


def _outcome_of_silence(meeting: Meeting, role: Role, own: Progress | None) -> Outcome:
    answers = (own, None) if role is Role.USER else (None, own)
    outcome = BY_SILENCE[answers]
    accused = ACCUSED.get(outcome)
    return Outcome.REVIEW if accused and has_attended(meeting, accused) else outcome


def _decision(_meeting: Meeting, _role: Role, _now: datetime) -> Prospect:
    what = _("Nothing happens by itself: the operator decides.")
    return Prospect(None, what, _("Until then the credits stay blocked."))


def _nothing(_meeting: Meeting, _role: Role, _now: datetime) -> None:
    return None


def _own_answer(meeting: Meeting, role: Role) -> Progress | None:
    said = {answer.role: answer.progress for answer in meeting.answers.all()}
    return Progress(said[role]) if role in said else None


def _released(meeting: Meeting) -> str:
    if meeting.payment != Payment.BLOCKED or not meeting.price:
        return _("No credits move.")
    return _("%(price)s of the user are released.") % {"price": credits_in_words(meeting.price)}


def _charged(meeting: Meeting) -> str:
    charge = meeting.full_charge
    if not charge.amount:
        return _("No credits move.")
    return _("%(charged)s are charged to the user; the expert gets %(expert)s.") % {
        "charged": credits_in_words(charge.amount),
        "expert": charge.expert_part,
    }


def _may_be_charged(meeting: Meeting) -> str:
    if not meeting.price:
        return _("No credits move.")
    return _(
        "By that answer %(price)s are charged to the user, released, or stay blocked for the operator."
    ) % {"price": credits_in_words(meeting.price)}


def _stay_blocked(_meeting: Meeting) -> str:
    return _("Until the decision the credits stay blocked.")


WHAT: dict[Outcome, Callable[[], str]] = {
    Outcome.HELD: lambda: _("The meeting counts as held."),
    Outcome.USER_ABSENT: lambda: _("The meeting counts as not held because of the user."),
    Outcome.EXPERT_ABSENT: lambda: _("The meeting counts as not held because of the expert."),
    Outcome.REVIEW: lambda: _("The operator decides, because the answer and the attendance do not agree."),
}
CREDITS: dict[Outcome, Callable[[Meeting], str]] = {
    Outcome.HELD: _charged,
    Outcome.USER_ABSENT: _charged,
    Outcome.EXPERT_ABSENT: _released,
    Outcome.REVIEW: _stay_blocked,
}
NEXT: dict[Status, Callable[[Meeting, Role, datetime], Prospect | None]] = {
    Status.AWAITING: _expiry,
    Status.AGREED: _silence,
    Status.REJECTED: _rejection_stands,
    Status.UNDER_REVIEW: _decision,
    Status.CANCELLED: _nothing,
    Status.EXPIRED: _nothing,
    Status.HELD: _nothing,
    Status.NOT_HELD: _nothing,
}
