"""What an action will do, said before the click, with the numbers of this meeting."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.times import written
from credits import ledger
from meetings.models import Meeting
from meetings.vocabulary import Action, Payment, Role
from notifications.wording import credits_in_words


@dataclass(frozen=True, slots=True)
class View:
    """A meeting as one of its roles looks at it."""

    meeting: Meeting
    role: Role

    @property
    def other(self) -> str:
        """The other party's name."""
        return self.meeting.person(self.role.other).name


def consequences(meeting: Meeting, action: Action, role: Role) -> list[str]:
    """Return sentences that say what the action does, to the meeting and to the credits."""
    tell = SENTENCES.get((action, role)) or SENTENCES.get((action, None))
    return tell(View(meeting, role)) if tell else []


def blocking(meeting: Meeting) -> str:
    """Say what blocking the price leaves, or how much is missing for it."""
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


def _confirm_by_user(view: View) -> list[str]:
    return [blocking(view.meeting), _when_cancelling_costs(view.meeting)]


def _confirm_by_expert(view: View) -> list[str]:
    return [
        _("The meeting is agreed. After it was held you are paid %(part)s.")
        % {"part": credits_in_words(view.meeting.full_charge.expert_part)}
    ]


def _release(view: View) -> list[str]:
    if view.meeting.payment != Payment.BLOCKED:
        return [_("No credits are blocked for this meeting.")]
    if view.role is Role.USER:
        return [
            _("%(price)s will be released and are yours to use again.")
            % {"price": credits_in_words(view.meeting.price)}
        ]
    return [
        _("%(price)s of %(other)s will be released.")
        % {"price": credits_in_words(view.meeting.price), "other": view.other}
    ]


def _reject(view: View) -> list[str]:
    return [_("%(other)s is told the reason.") % {"other": view.other}, *_release(view)]


def _cancel_in_time(view: View) -> list[str]:
    return [_("You cancel in time, so nothing is deducted."), *_release(view), _told_the_reason(view)]


def _cancel_late(view: View) -> list[str]:
    meeting, charge = view.meeting, view.meeting.late_charge
    numbers = {
        "hours": meeting.late_hours,
        "percent": meeting.late_percent,
        "charged": charge.amount,
        "price": meeting.price,
        "expert": charge.expert_part,
        "released": charge.released,
    }
    return [
        _("Less than %(hours)s hours are left before the start.") % numbers,
        _("%(percent)s %% = %(charged)s of %(price)s credits will be deducted.") % numbers,
        _("The expert receives %(expert)s of them; %(released)s are released and yours again.") % numbers,
        _told_the_reason(view),
    ]


def _cancel_by_expert(view: View) -> list[str]:
    return [*_release(view), _told_the_reason(view)]


def _told_the_reason(view: View) -> str:
    return _("%(other)s is told your reason.") % {"other": view.other}


def _reschedule(view: View) -> list[str]:
    return [
        _("The original date, %(start)s, is valid until the new date is confirmed.")
        % {"start": written(view.meeting.starts_at)},
        _("Length and price stay as they are."),
    ]


def _reschedule_rejected(view: View) -> list[str]:
    return [_("%(other)s has to confirm the new date.") % {"other": view.other}, blocking(view.meeting)]


def _suggest_another(view: View) -> list[str]:
    return [
        _("%(other)s can confirm the new date until it or the original date begins, whichever is earlier.")
        % {"other": view.other}
    ]


def _counter(view: View) -> list[str]:
    return [*_reject(view), *_suggest_another(view)]


def _confirm_alternative(view: View) -> list[str]:
    meeting = view.meeting
    if meeting.alternative_starts_at is None:
        return []
    return [
        _("The meeting moves from %(old)s to %(new)s.")
        % {"old": written(meeting.starts_at), "new": written(meeting.alternative_starts_at)}
    ]


def _revive(view: View) -> list[str]:
    return [*_confirm_alternative(view), blocking(view.meeting), _when_cancelling_costs(view.meeting)]


def _alternative_dropped(view: View) -> list[str]:
    return [_("The alternative date is dropped; all else stays as it is.")]


def _record(view: View) -> list[str]:
    return [
        _("Your answer cannot be changed. %(other)s does not see it before the meeting is evaluated.")
        % {"other": view.other}
    ]


def _when_cancelling_costs(meeting: Meeting) -> str:
    return _(
        "You can cancel without charge until %(until)s; later %(percent)s %% (%(charged)s) are deducted."
    ) % {
        "until": written(meeting.free_until),
        "percent": meeting.late_percent,
        "charged": credits_in_words(meeting.late_charge.amount),
    }


SENTENCES: dict[tuple[Action, Role | None], Callable[[View], list[str]]] = {
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
    (Action.RECORD, None): _record,
}
