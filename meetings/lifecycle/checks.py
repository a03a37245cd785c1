"""Whether what was typed is good enough: one check for each thing that actions ask for."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.times.formats import written
from meetings.action import Ask, Guard, Step
from meetings.lifecycle import reviews
from meetings.models import Meeting
from meetings.vocabulary import Role

FURTHEST_AHEAD = timedelta(days=730)
PASSED = gettext_lazy("This time has passed. Please choose a start in the future.")
TOO_FAR_AHEAD = gettext_lazy("This is more than two years away. Please choose an earlier date.")
STARS_MISSING = gettext_lazy("Please give one to five stars. Only the operator sees them.")


def reason_chosen(step: Step) -> str | None:
    """Ask for a reason from the list."""
    return None if step.entry.reason else _("Please choose a reason from the list.")


def words_written(step: Step) -> str | None:
    """Ask for a reason in words."""
    return None if step.entry.words.strip() else _("Please write the reason in a few words.")


def date_usable(step: Step) -> str | None:
    """Ask for a new start: in the future, within two years, other than the date in force."""
    start = step.entry.starts_at
    if start is None:
        return _("Please choose a date and a time.")
    if start == step.meeting.starts_at and step.meeting.pk:
        return _("This is the date that the meeting has already. Please choose another one.")
    return start_problem(start, step.now)


def start_problem(start: datetime, now: datetime) -> str | None:
    """Say why a meeting cannot start then, or None."""
    if start <= now:
        return str(PASSED)
    if start > now + FURTHEST_AHEAD:
        return str(TOO_FAR_AHEAD)
    return None


def overlap_known(step: Step) -> str | None:
    """Ask to acknowledge other agreed meetings at the same time (spec: Overlap)."""
    if step.entry.overlap_acknowledged or step.role not in (Role.USER, Role.EXPERT):
        return None
    clashes = overlaps(step.meeting, step.meeting.person(step.role), step.now)
    if not clashes:
        return None
    return _(
        "You already have another meeting at this time: %(times)s. "
        "If you want both, tick that you know it and confirm again."
    ) % {"times": ", ".join(written(clash.starts_at) for clash in clashes)}


def overlaps(meeting: Meeting, person: User, now: datetime) -> list[Meeting]:
    """Return the person's other agreed meetings at the time that is being confirmed."""
    starts_at = meeting.starts_at
    if meeting.alternative_starts_at and meeting.has_open_alternative(now):
        starts_at = meeting.alternative_starts_at
    others = Meeting.objects.of(person).filter(~Q(pk=meeting.pk))
    return list(others.overlapping(starts_at, starts_at + meeting.length))


def deduction_accepted(step: Step) -> str | None:
    """Ask for the second confirmation of a late cancelling."""
    if step.entry.deduction_accepted:
        return None
    charge = step.meeting.late_charge
    return _("Please confirm that %(charged)s of %(price)s credits will be deducted.") % {
        "charged": charge.amount,
        "price": step.meeting.price,
    }


def progress_said(step: Step) -> str | None:
    """Ask how the meeting went, and for stars where a user says that it went smoothly."""
    if step.entry.progress is None:
        return _("Please choose how the meeting went.")
    if step.asks_for_stars and step.entry.stars not in range(1, 6):
        return str(STARS_MISSING)
    return None


def review_given(step: Step) -> str | None:
    """Ask for the text; one written before may be emptied."""
    if step.entry.review_words or reviews.text_of(step.meeting.student, step.meeting.expert):
        return None
    return _("Please write your evaluation in words.")


CHECKS: dict[Ask, Guard] = {
    Ask.REASON: reason_chosen,
    Ask.WORDS: words_written,
    Ask.DATE: date_usable,
    Ask.OVERLAP: overlap_known,
    Ask.DEDUCTION: deduction_accepted,
    Ask.PROGRESS: progress_said,
    Ask.REVIEW: review_given,
}
