"""Whether an action is open now: each guard answers with the reason why not, or None.

Guards look at the meeting, the people and the clock, never at what was typed: buttons ask them too.
"""

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Service
from accounts.times.formats import written
from meetings.action import Step
from meetings.models import Meeting
from meetings.video.attendance import has_attended
from meetings.vocabulary import Evaluation, Payment


def not_started(step: Step) -> str | None:
    """Refuse once the date in force has begun."""
    if step.now < step.meeting.starts_at:
        return None
    return _("The start of this meeting has passed, so this can no longer be done.")


def own_approval_stands(step: Step) -> str | None:
    """Allow only the party that has approved while the other has not."""
    if step.meeting.is_approved_by(step.role):
        return None
    return _("You have not approved this date, so there is no request of yours to cancel. You can reject it.")


def own_approval_missing(step: Step) -> str | None:
    """Allow only the party whose approval is missing."""
    if not step.meeting.is_approved_by(step.role):
        return None
    return _("You have approved this date already. The other party has to answer now.")


def early(step: Step) -> str | None:
    """Allow cancelling without charge only before the limit of the meeting's own terms."""
    meeting = step.meeting
    if step.now <= meeting.free_until:
        return None
    return _(
        "Less than %(hours)s hours are left before the start, so %(percent)s %% of the credits would be "
        "deducted: %(charged)s of %(price)s. Please look at the numbers and confirm them if you still "
        "want to cancel."
    ) % {
        "hours": meeting.late_hours,
        "percent": meeting.late_percent,
        "charged": meeting.late_charge.amount,
        "price": meeting.price,
    }


def late(step: Step) -> str | None:
    """Allow the charged cancelling only after that limit."""
    if step.now > step.meeting.free_until:
        return None
    return _("This meeting can still be cancelled without any deduction.")


def no_open_alternative(step: Step) -> str | None:
    """Allow one open alternative date at most."""
    if not step.meeting.has_open_alternative(step.now):
        return None
    return _("There is an open alternative date already. Reject or cancel it first, then suggest another.")


def others_alternative(step: Step) -> str | None:
    """Allow answering only the other party's alternative date."""
    if not step.meeting.has_open_alternative(step.now):
        return _("There is no open alternative date any more. The meeting page shows what holds now.")
    if step.meeting.alternative_by != step.role:
        return None
    return _(
        "You suggested this alternative date yourself. The other party has to answer; you can cancel it."
    )


def own_alternative(step: Step) -> str | None:
    """Allow withdrawing only one's own alternative date."""
    if not step.meeting.has_open_alternative(step.now):
        return _("There is no open alternative date any more. The meeting page shows what holds now.")
    if step.meeting.alternative_by == step.role:
        return None
    return _("This alternative date was suggested by the other party. You can confirm or reject it.")


def both_accounts_open(step: Step) -> str | None:
    """Refuse when one of the two people is blocked or has left."""
    if step.meeting.student.is_active and step.meeting.expert.is_active:
        return None
    return _("One of the two accounts is closed, so no new date can be agreed.")


def expert_approved(step: Step) -> str | None:
    """Begin nothing new with an expert whose approval was withdrawn (spec: Actions)."""
    if step.meeting.service.expert.is_approved:
        return None
    return _("This expert is not approved at the moment, so no new date can be agreed.")


def no_party(step: Step) -> str | None:
    """Let nobody act as operator in a meeting of their own (spec: Actions)."""
    if step.actor is None or step.meeting.role_of(step.actor) is None:
        return None
    return _("This is a meeting of your own, so another operator has to deal with it.")


def expert_has_not_left(step: Step) -> str | None:
    """Take no words about somebody who has deleted the account."""
    if not step.meeting.expert.is_deleted:
        return None
    return _("The expert has deleted the account, so there is no page for your words any more.")


def user_has_not_left(step: Step) -> str | None:
    """Give nothing back to somebody who has deleted the account."""
    if not step.meeting.student.is_deleted:
        return None
    return _("The user has deleted the account, so nothing can be given back.")


def doors_open(step: Step) -> str | None:
    """Let parties in from 15 minutes before the start until the end."""
    meeting = step.meeting
    if step.now < meeting.joinable_from:
        return _("It is too early to join. The link opens on %(at)s.") % {
            "at": written(meeting.joinable_from)
        }
    if step.now < meeting.ends_at:
        return None
    return _("This meeting has ended, so nobody can join it any more.")


def not_yet_recorded(step: Step) -> str | None:
    """Record the participation of each party once per date."""
    if not has_attended(step.meeting, step.role):
        return None
    return _("Your participation is recorded already.")


def time_to_answer(step: Step) -> str | None:
    """Take answers from the end of the meeting until 168 hours later."""
    meeting = step.meeting
    if step.now < meeting.ends_at:
        return _("This meeting has not ended yet. You can say how it went after its end.")
    if step.now < meeting.closes_by_silence_at:
        return None
    return _("The time for saying how the meeting went is over, so it is evaluated automatically.")


def not_answered(step: Step) -> str | None:
    """Take one answer from each party."""
    if all(answer.role != step.role for answer in step.meeting.answers.all()):
        return None
    return _("You have already said how this meeting went. An answer cannot be changed.")


def expert_listed(step: Step) -> str | None:
    """Let users book only listed experts, with an active service."""
    offered = Service.objects.filter(pk=step.meeting.service_id, is_active=True).exists()
    if offered and step.meeting.service.expert.is_listed:
        return None
    return _(
        "This expert does not offer this service at the moment. Please choose another service or expert."
    )


def know_each_other(step: Step) -> str | None:
    """Let experts suggest only to users they have or had a meeting with."""
    meeting = step.meeting
    if Meeting.objects.between(meeting.student, meeting.expert).filter(~Q(pk=meeting.pk)).exists():
        return None
    return _("You can suggest a meeting to people you have or had a meeting with.")


def two_people(step: Step) -> str | None:
    """Let nobody book themselves."""
    if step.meeting.student_id != step.meeting.expert_id:
        return None
    return _("You cannot suggest a meeting to yourself.")


def start_passed(step: Step) -> str | None:
    """Let a request expire only once its start has passed."""
    return None if step.now >= step.meeting.starts_at else _("The start has not passed yet.")


def alternative_void(step: Step) -> str | None:
    """Let an alternative lapse only where one is set and either start has passed."""
    meeting = step.meeting
    is_void = meeting.alternative_starts_at is not None and not meeting.has_open_alternative(step.now)
    return None if is_void else _("No alternative date has lapsed.")


def silence_over(step: Step) -> str | None:
    """Close a meeting by silence only 168 hours after its end."""
    return None if step.now >= step.meeting.closes_by_silence_at else _("The parties can still answer.")


def ended(step: Step) -> str | None:
    """Evaluate only what has ended."""
    return None if step.now >= step.meeting.ends_at else _("The meeting has not ended yet.")


def paid_by_silence(step: Step) -> str | None:
    """Reverse only an evaluation by silence that charged the user."""
    meeting = step.meeting
    if meeting.evaluation == Evaluation.SILENCE and meeting.payment == Payment.REIMBURSED:
        return None
    return _("Only an evaluation by silence that was charged can be reversed, and only once.")
