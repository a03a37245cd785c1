"""What an action will do, said before the click, with the numbers of this meeting."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.times.formats import written
from credits import ledger
from meetings.models import Meeting
from meetings.vocabulary import Action, Payment, Role
from notifications.wording import credits_in_words


@dataclass(frozen=True, slots=True)
class Side:
    """A meeting as one of its parties looks at it now."""

    meeting: Meeting
    role: Role
    now: datetime

    @property
    def other(self) -> str:
        """The other party's name."""
        return self.meeting.person(self.role.other).name


def consequences(meeting: Meeting, action: Action, role: Role, now: datetime) -> list[str]:
    """Return sentences that say what the action does, to the meeting and to the credits."""
    tell = SENTENCES.get((action, role)) or SENTENCES.get((action, None))
    return [sentence for sentence in tell(Side(meeting, role, now)) if sentence] if tell else []


def blocking(meeting: Meeting) -> str:
    """Say what blocking the price leaves, or how much is missing for it."""
    if not meeting.price:
        return _("This meeting is free; no credits are blocked.")
    left = ledger.balance(meeting.student).available - meeting.price
    if left < 0:
        return ngettext(
            "The price is %(price)s and you are missing %(missing)s credit.",
            "The price is %(price)s and you are missing %(missing)s credits.",
            -left,
        ) % {"price": credits_in_words(meeting.price), "missing": -left}
    return _("%(price)s will be blocked; you will have %(left)s left.") % {
        "price": credits_in_words(meeting.price),
        "left": left,
    }


def _confirm_by_user(side: Side) -> list[str]:
    return [blocking(side.meeting), _when_cancelling_costs(side, side.meeting.starts_at)]


def _confirm_by_expert(side: Side) -> list[str]:
    part = side.meeting.full_charge.expert_part
    if not part:
        return [_("The meeting becomes “Agreed”. It is free, so nothing is paid for it.")]
    words = _("The meeting becomes “Agreed”. For holding it you are paid %(part)s.")
    return [words % {"part": credits_in_words(part)}]


def _release(side: Side) -> list[str]:
    if side.meeting.payment != Payment.BLOCKED or not side.meeting.price:
        return [_("No credits are blocked for this meeting.")]
    numbers = {"price": credits_in_words(side.meeting.price), "other": side.other}
    if side.role is Role.USER:
        return [_("%(price)s will be released and are yours to use again.") % numbers]
    return [_("%(price)s of %(other)s will be released.") % numbers]


def _reject(side: Side) -> list[str]:
    return [_("%(other)s is told the reason.") % {"other": side.other}, *_release(side)]


def _cancel_in_time(side: Side) -> list[str]:
    return [_("You cancel in time, so nothing is deducted."), *_release(side), _told_the_reason(side)]


def _cancel_late(side: Side) -> list[str]:
    meeting, charge = side.meeting, side.meeting.late_charge
    numbers = {
        "hours": meeting.late_hours,
        "percent": meeting.late_percent,
        "charged": charge.amount,
        "price": meeting.price,
        "expert": charge.expert_part,
        "released": charge.released,
    }
    late = _("Less than %(hours)s hours are left before the start.") % numbers
    if not charge.amount:
        return [late, _("Even so nothing is deducted at this price."), _told_the_reason(side)]
    return [
        late,
        _("%(percent)s %% = %(charged)s of %(price)s credits will be deducted.") % numbers,
        _("The expert receives %(expert)s of them; %(released)s are released and yours again.") % numbers,
        _told_the_reason(side),
    ]


def _cancel_by_expert(side: Side) -> list[str]:
    return [*_release(side), _told_the_reason(side)]


def _told_the_reason(side: Side) -> str:
    return _("%(other)s is told your reason.") % {"other": side.other}


def _reschedule(side: Side) -> list[str]:
    return [
        _("The original date, %(start)s, is valid until the new date is confirmed.")
        % {"start": written(side.meeting.starts_at)},
        _("Length and price stay as they are."),
    ]


def _reschedule_rejected(side: Side) -> list[str]:
    return [_("%(other)s has to confirm the new date.") % {"other": side.other}, blocking(side.meeting)]


def _suggest_another(side: Side) -> list[str]:
    return [
        _("%(other)s can confirm the new date until it or the original date begins, whichever is earlier.")
        % {"other": side.other}
    ]


def _counter(side: Side) -> list[str]:
    return [*_reject(side), *_suggest_another(side)]


def _confirm_alternative(side: Side) -> list[str]:
    meeting = side.meeting
    if meeting.alternative_starts_at is None:
        return []
    return [
        _("The meeting moves from %(old)s to %(new)s.")
        % {"old": written(meeting.starts_at), "new": written(meeting.alternative_starts_at)}
    ]


def _revive(side: Side) -> list[str]:
    start = side.meeting.alternative_starts_at or side.meeting.starts_at
    return [*_confirm_alternative(side), blocking(side.meeting), _when_cancelling_costs(side, start)]


def _alternative_dropped(side: Side) -> list[str]:
    return [_("The alternative date is dropped; all else stays as it is.")]


def _record_by_user(side: Side) -> list[str]:
    condition = _("If it went smoothly, or did not take place because of you:")
    return [_charged_if(side, condition), *_record(side)]


def _record_by_expert(side: Side) -> list[str]:
    released = _("If it did not take place because of you, the credits of %(other)s are released at once.")
    return [
        _charged_if(side, _("If it went smoothly and the user agrees:")),
        released % {"other": side.other} if side.meeting.price else "",
        *_record(side),
    ]


def _record(side: Side) -> list[str]:
    return [
        _("If your answers contradict each other, the operator decides."),
        _("Your answer cannot be changed. %(other)s does not see it before the meeting is evaluated.")
        % {"other": side.other},
    ]


def _charged_if(side: Side, condition: str) -> str:
    charge = side.meeting.full_charge
    if not charge.amount:
        return ""
    numbers = {"charged": charge.amount, "expert": charge.expert_part, "share": charge.share}
    words = _("%(charged)s credits are charged; the expert gets %(expert)s, the platform keeps %(share)s.")
    return f"{condition} {words % numbers}"


def _when_cancelling_costs(side: Side, starts_at: datetime) -> str:
    """Say until when cancelling is free with this start, or that it never will be."""
    meeting = side.meeting
    if not meeting.late_charge.amount:
        return _("You can cancel without charge until the start.")
    until = starts_at - timedelta(hours=meeting.late_hours)
    numbers = {
        "until": written(until),
        "hours": meeting.late_hours,
        "percent": meeting.late_percent,
        "charged": credits_in_words(meeting.late_charge.amount),
    }
    if side.now > until:
        words = _(
            "The start is less than %(hours)s hours away: cancelling costs %(percent)s %% (%(charged)s)."
        )
    else:
        words = _(
            "You can cancel without charge until %(until)s; later %(percent)s %% (%(charged)s) are deducted."
        )
    return words % numbers


SENTENCES: dict[tuple[Action, Role | None], Callable[[Side], list[str]]] = {
    (Action.CANCEL_REQUEST, None): _release,
    (Action.CONFIRM, Role.USER): _confirm_by_user,
    (Action.CONFIRM, Role.EXPERT): _confirm_by_expert,
    (Action.REJECT, None): _reject,
    (Action.COUNTER, None): _counter,
    (Action.CANCEL, Role.USER): _cancel_in_time,
    (Action.CANCEL, Role.EXPERT): _cancel_by_expert,
    (Action.CANCEL_LATE, None): _cancel_late,
    (Action.RESCHEDULE, None): _reschedule,
    (Action.RESCHEDULE_REJECTED, None): _reschedule_rejected,
    (Action.SUGGEST_ANOTHER, None): _suggest_another,
    (Action.CONFIRM_ALTERNATIVE, None): _confirm_alternative,
    (Action.REVIVE, None): _revive,
    (Action.REJECT_ALTERNATIVE, None): _alternative_dropped,
    (Action.CANCEL_ALTERNATIVE, None): _alternative_dropped,
    (Action.RECORD, Role.USER): _record_by_user,
    (Action.RECORD, Role.EXPERT): _record_by_expert,
}
