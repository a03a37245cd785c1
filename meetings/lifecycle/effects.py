"""What actions do: small changes to the locked meeting, and the movements of its credits.

An effect changes the meeting in memory; the workflow saves it. Credits move through the ledger at once, in
the same transaction.
"""

from datetime import datetime

from django.utils.translation import ngettext

from credits import ledger
from meetings.action import ActionRefused, Effect, Step
from meetings.lifecycle import reviews
from meetings.models import Answer, Terms
from meetings.notices import reminders
from meetings.pricing import Charge
from meetings.video import outbox
from meetings.video.attendance import has_attended
from meetings.vocabulary import Evaluation, Outcome, Payment, Role


def approve_alone(step: Step) -> None:
    """Note the acting party's approval, and that the other's is missing."""
    _set_approval(step, step.role, given=True)
    _set_approval(step, step.role.other, given=False)


def agree(step: Step) -> None:
    """Note that both parties approve the date in force, from now on; it gets reminders and a video room."""
    step.meeting.approved_by_user = step.meeting.approved_by_expert = True
    step.meeting.agreed_at = step.now
    reminders.schedule(step.meeting, step.now)
    outbox.request(step.meeting, step.now)


def close_room(step: Step) -> None:
    """Let nobody meet in the video room any more."""
    outbox.release(step.meeting, step.now)


def withdraw_agreement(step: Step) -> None:
    """Forget both approvals: this date will not take place."""
    step.meeting.approved_by_user = step.meeting.approved_by_expert = False


def block_price(step: Step) -> None:
    """Block the price from the user's credits. Raises ActionRefused where they do not suffice."""
    meeting, key = step.meeting, _key(step, "block")
    try:
        step.posting = ledger.block(
            meeting.student, meeting.price, reference=meeting.reference, key=key, now=step.now
        )
    except ledger.NotEnoughCredits as shortage:
        raise _short_of_credits(shortage.missing) from shortage
    meeting.payment = Payment.BLOCKED
    step.facts["blocked_credits"] = meeting.price


def release_price(step: Step) -> None:
    """Give a block back whole; where nothing was blocked, "Not blocked" stays."""
    meeting = step.meeting
    step.facts["released_credits"] = 0
    if meeting.payment != Payment.BLOCKED:
        return
    step.posting = ledger.release(
        meeting.student, meeting.price, reference=meeting.reference, key=_key(step, "release"), now=step.now
    )
    meeting.payment = Payment.RETURNED
    step.facts["released_credits"] = meeting.price


def charge_in_full(step: Step) -> None:
    """Charge the whole block: the expert gets it less the platform's share."""
    _charge(step, step.meeting.full_charge)
    step.meeting.payment = Payment.REIMBURSED


def charge_late(step: Step) -> None:
    """Charge a part of the block for cancelling late, and release the rest."""
    _charge(step, step.meeting.late_charge)
    step.meeting.payment = Payment.REIMBURSED_CANCELLATION


def give_back(step: Step) -> None:
    """Take a full charge back (spec: Reversal)."""
    meeting, charge = step.meeting, step.meeting.full_charge
    refund = ledger.refund(
        meeting.student,
        charge.amount,
        payee=meeting.expert,
        share=charge.share,
        reference=meeting.reference,
        key=_key(step, "refund"),
        now=step.now,
    )
    step.posting = refund.posting
    meeting.payment = Payment.RETURNED
    step.facts |= {
        "refunded_credits": charge.amount,
        "from_expert_credits": refund.from_expert,
        "from_platform_credits": refund.from_platform,
    }


def note_lateness(step: Step) -> None:
    """Note for the operator whether an expert cancelled late; it never costs anything."""
    step.facts["late"] = step.now > step.meeting.free_until


def set_alternative(step: Step) -> None:
    """Put the acting party's new date beside the date in force."""
    meeting = step.meeting
    meeting.alternative_starts_at = step.entry.new_start
    meeting.alternative_by = step.role
    step.facts["alternative_starts_at"] = meeting.alternative_starts_at
    step.facts["answer_by_at"] = meeting.answer_by


def drop_alternative(step: Step) -> None:
    """Drop the alternative date, if there is one."""
    if step.meeting.alternative_starts_at:
        step.facts["alternative_starts_at"] = step.meeting.alternative_starts_at
    step.meeting.alternative_starts_at = None
    step.meeting.alternative_by = ""


def adopt_alternative(step: Step) -> None:
    """Make the alternative date the date in force."""
    start = step.meeting.alternative_starts_at
    if start is None:
        raise ValueError("There is no alternative date to adopt.")
    drop_alternative(step)
    _move(step, start)


def move(step: Step) -> None:
    """Make the typed date the date in force."""
    _move(step, step.entry.new_start)


def record_answer(step: Step) -> None:
    """Keep how the party says the meeting went; stars only from a user who says that it went smoothly."""
    Answer.objects.create(
        meeting=step.meeting,
        role=step.role,
        progress=step.entry.said,
        stars=step.entry.stars if step.asks_for_stars else None,
        at=step.now,
    )


def write_review(step: Step) -> None:
    """Keep the user's words about the expert; the first ones earn the bonus."""
    reviews.write(step.meeting, step.entry.review_words, bonus=Terms.objects.current().bonus, now=step.now)


def evaluate_by_timeout(step: Step) -> None:
    """Let what follows be an evaluation by silence."""
    step.evaluation = Evaluation.SILENCE


def evaluate_by_operator(step: Step) -> None:
    """Let what follows be the operator's decision."""
    step.evaluation = Evaluation.OPERATOR


def find(outcome: Outcome) -> Effect:
    """Return the effect of an evaluation with this outcome."""

    def effect(step: Step) -> None:
        step.meeting.evaluation = step.evaluation
        step.facts |= {"outcome": outcome, "evaluation": step.evaluation}

    return effect


def flag_unattended(step: Step) -> None:
    """Show the operator an evaluation by silence that pays an expert who was not seen."""
    meeting = step.meeting
    by_silence = step.evaluation is Evaluation.SILENCE
    meeting.is_flagged = by_silence and meeting.price > 0 and not has_attended(meeting, Role.EXPERT)


def lower_flag(step: Step) -> None:
    """Take the meeting off the operator's list."""
    step.meeting.is_flagged = False


def _short_of_credits(missing: int) -> ActionRefused:
    words = ngettext(
        "You need %(missing)s more credit for this. Nothing was changed.",
        "You need %(missing)s more credits for this. Nothing was changed.",
        missing,
    )
    return ActionRefused(words % {"missing": missing}, missing_credits=missing)


def _charge(step: Step, charge: Charge) -> None:
    meeting = step.meeting
    step.posting = ledger.charge(
        meeting.student,
        charge.amount,
        payee=meeting.expert,
        share=charge.share,
        released=charge.released,
        reference=meeting.reference,
        key=_key(step, "charge"),
        now=step.now,
    )
    step.facts |= {
        "charged_credits": charge.amount,
        "share_credits": charge.share,
        "expert_credits": charge.expert_part,
        "released_credits": charge.released,
    }


def _move(step: Step, starts_at: datetime) -> None:
    meeting = step.meeting
    length = meeting.length
    step.facts |= {"previous_starts_at": meeting.starts_at, "alternative_starts_at": starts_at}
    meeting.starts_at = starts_at
    meeting.ends_at = meeting.starts_at + length
    meeting.date_version += 1


def _set_approval(step: Step, role: Role, *, given: bool) -> None:
    if role is Role.USER:
        step.meeting.approved_by_user = given
    else:
        step.meeting.approved_by_expert = given


def _key(step: Step, purpose: str) -> str:
    """Name this movement by its cause: this meeting, in this revision, for this purpose."""
    return f"{step.meeting.reference}:{step.meeting.revision}:{purpose}"
