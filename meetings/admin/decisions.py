"""What operators can do with a meeting, and what to tell them before they do it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credits import ledger
from meetings.models import Meeting
from meetings.vocabulary import Action, Payment
from notifications.wording import credits_in_words

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Decision:
    """The words on the button, who reads the note, and what the decision does, in sentences."""

    button: "StrPromise"
    note: "StrPromise"
    foretell: Callable[[Meeting], list[str]]


def _cancel(meeting: Meeting) -> list[str]:
    return [_("The meeting becomes “Cancelled”. An alternative date is dropped."), *_release(meeting)]


def _held(meeting: Meeting) -> list[str]:
    return [_("The meeting becomes “Held”."), _charge(meeting)]


def _user_absent(meeting: Meeting) -> list[str]:
    return [_("The meeting becomes “Not held”, because of the user."), _charge(meeting)]


def _expert_absent(meeting: Meeting) -> list[str]:
    return [_("The meeting becomes “Not held”, because of the expert."), *_release(meeting)]


def _reverse(meeting: Meeting) -> list[str]:
    charge = meeting.full_charge
    from_expert = min(charge.expert_part, ledger.balance(meeting.expert).available)
    shortfall = charge.expert_part - from_expert
    numbers = _names(meeting) | {
        "charged": credits_in_words(charge.amount),
        "from_expert": credits_in_words(from_expert),
        "from_platform": credits_in_words(charge.amount - from_expert),
        "shortfall": credits_in_words(shortfall),
    }
    sentences = [
        _("The meeting becomes “Not held”. This can be done only once."),
        _(
            "%(user)s gets %(charged)s back: %(from_expert)s from %(expert)s, the rest from the platform "
            "(%(from_platform)s)."
        )
        % numbers,
        _("A bonus and a review stay."),
    ]
    if shortfall:
        sentences.append(
            _("%(expert)s no longer has %(shortfall)s of the payment: the platform bears them.") % numbers
        )
    return sentences


def _charge(meeting: Meeting) -> str:
    charge = meeting.full_charge
    return _("%(user)s is charged %(charged)s: %(part)s go to %(expert)s, %(share)s to the platform.") % {
        **_names(meeting),
        "charged": credits_in_words(charge.amount),
        "part": credits_in_words(charge.expert_part),
        "share": credits_in_words(charge.share),
    }


def _release(meeting: Meeting) -> list[str]:
    if meeting.payment != Payment.BLOCKED:
        return [_("No credits are blocked for this meeting.")]
    words = _("%(price)s are released and go back to %(user)s. Nobody is charged.")
    return [words % {**_names(meeting), "price": credits_in_words(meeting.price)}]


def _names(meeting: Meeting) -> dict[str, str]:
    return {"user": meeting.student.name, "expert": meeting.expert.name}


TOLD = gettext_lazy("Both parties are told the outcome and read this.")
KEPT = gettext_lazy("Both parties are told the outcome; this note stays with the operators.")

DECISIONS = {
    Action.CANCEL: Decision(gettext_lazy("Cancel meeting"), TOLD, _cancel),
    Action.FIND_HELD: Decision(gettext_lazy("Decide: held"), KEPT, _held),
    Action.FIND_USER_ABSENT: Decision(gettext_lazy("Decide: user absent"), KEPT, _user_absent),
    Action.FIND_EXPERT_ABSENT: Decision(gettext_lazy("Decide: expert absent"), KEPT, _expert_absent),
    Action.REVERSE: Decision(gettext_lazy("Reverse the evaluation"), TOLD, _reverse),
}
