"""What people are told about meetings: one row per kind, and who gets it.

Placeholders: `{other}` is the other party, `_at` an instant on the reader's clock, `_credits` an amount.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from meetings.action import Entry, Step
from meetings.models import Meeting
from meetings.notices import ical, still_due
from meetings.vocabulary import PARTIES, Role
from notifications import outbox
from notifications.kinds import Kind
from notifications.models import Notification

if TYPE_CHECKING:
    from meetings.models import Event


class To(StrEnum):
    """Who is told: the party who did not act, the one who did, or both."""

    OTHER = "other"
    ACTOR = "actor"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Notice:
    """One kind of notification and who gets it."""

    kind: Kind
    to: To


def tell(notice: Notice, step: Step, event: "Event") -> None:
    """Write the notice for each of its recipients, in the transaction of the action."""
    reason = _reason(notice.kind, step.entry)
    outbox.tell(
        *(
            notification(step.meeting, role, notice.kind, f"event:{event.pk}", step.now, step.facts | reason)
            for role in _recipients(notice.to, step.role)
        )
    )


def notification(
    meeting: Meeting, role: Role, kind: Kind, source: str, now: datetime, facts: dict[str, Any]
) -> Notification:
    """Return what the party with this role is told about a meeting, still to be written."""
    return outbox.notification(
        meeting.person(role),
        kind,
        source=source,
        reference=meeting.reference,
        about=meeting.person(role.other),
        facts=_facts_of(meeting, role) | facts,
        now=now,
    )


def _facts_of(meeting: Meeting, role: Role) -> dict[str, Any]:
    """Return what every notification about a meeting may speak of, for the party with this role."""
    return {
        "role": role,
        "skill": meeting.skill.names,
        "starts_at": meeting.starts_at,
        "minutes": meeting.minutes,
        "price_credits": meeting.price,
        "date_version": meeting.date_version,
        "sequence": meeting.revision,
        "in_calendars": meeting.agreed_at is not None,
    }


def _recipients(to: To, actor: Role) -> tuple[Role, ...]:
    if to is To.BOTH:
        return PARTIES
    return (actor,) if to is To.ACTOR else (actor.other,)


def _reason(kind: Kind, entry: Entry) -> dict[str, Any]:
    """Return the reason that was given, for kinds that tell it; others must not even keep it."""
    if "{reason}" not in str(kind.text):
        return {}
    return {"reason": entry.reason.names if entry.reason else entry.words.strip()}


def _other(*words: Any, **more: Any) -> Notice:
    return Notice(Kind(*words, **more), To.OTHER)


def _actor(*words: Any, **more: Any) -> Notice:
    return Notice(Kind(*words, **more | {"in_bell": False}), To.ACTOR)


def _both(*words: Any, **more: Any) -> Notice:
    return Notice(Kind(*words, **more), To.BOTH)


_ANSWER, _OPEN = _("Answer"), _("Open the meeting")

SUGGESTED_BY_USER = _other(
    "suggested_by_user",
    _("Meeting suggested by user"),
    _("{other} suggests a meeting about {skill} on {starts_at}: {minutes} minutes for {price_credits}."),
    _ANSWER,
)
SUGGESTED_BY_EXPERT = _other(
    "suggested_by_expert",
    _("Meeting suggested by expert"),
    _("{other} suggests a meeting about {skill} on {starts_at}: {minutes} minutes for {price_credits}."),
    _ANSWER,
)
CONFIRMED_BY_USER = _other(
    "confirmed_by_user",
    _("Meeting confirmed by user"),
    _("{other} confirmed the meeting about {skill} on {starts_at}."),
    _OPEN,
    invitation=ical.request,
)
CONFIRMED_BY_EXPERT = _other(
    "confirmed_by_expert",
    _("Meeting confirmed by expert"),
    _("{other} confirmed the meeting about {skill} on {starts_at}."),
    _OPEN,
    invitation=ical.request,
)
REJECTED_BY_USER = _other(
    "rejected_by_user",
    _("Meeting rejected by user"),
    _("{other} rejected the meeting about {skill} on {starts_at}. Reason: {reason}"),
    _OPEN,
)
REJECTED_BY_EXPERT = _other(
    "rejected_by_expert",
    _("Meeting rejected by expert"),
    _(
        "{other} rejected the meeting about {skill} on {starts_at}. Reason: {reason}. You can suggest another date."
    ),
    _OPEN,
)
REQUEST_CANCELLED_BY_USER = _other(
    "request_canceled_by_user",
    _("Meeting request canceled by user"),
    _("{other} cancelled the request for a meeting about {skill} on {starts_at}."),
    _OPEN,
)
REQUEST_CANCELLED_BY_EXPERT = _other(
    "request_canceled_by_expert",
    _("Meeting request canceled by expert"),
    _("{other} cancelled the request for a meeting about {skill} on {starts_at}."),
    _OPEN,
)
CANCELLED_BY_USER = _other(
    "canceled_by_user",
    _("Meeting canceled by user"),
    _(
        "{other} cancelled the meeting about {skill} on {starts_at} in time, so nothing was charged. Reason: {reason}"
    ),
    _OPEN,
    invitation=ical.cancel,
)
CANCELLED_LATE_BY_USER = _other(
    "canceled_late_by_user",
    _("Meeting canceled by user"),
    _(
        "{other} cancelled the meeting about {skill} on {starts_at} late, so {charged_credits} were charged: "
        "you receive {expert_credits}. Reason: {reason}"
    ),
    _OPEN,
    invitation=ical.cancel,
)
CANCELLED_BY_EXPERT = _other(
    "canceled_by_expert",
    _("Meeting canceled by expert"),
    _(
        "{other} cancelled the meeting about {skill} on {starts_at}. {released_credits} are yours again. Reason: {reason}"
    ),
    _OPEN,
    invitation=ical.cancel,
)
RESCHEDULE_REJECTED_BY_USER = _other(
    "rescheduling_rejected_by_user",
    _("Rescheduling a meeting rejected by the user"),
    _("{other} suggests a new date for the rejected meeting about {skill}: {starts_at}."),
    _ANSWER,
)
RESCHEDULE_BY_USER = _other(
    "rescheduling_by_user",
    _("Rescheduling the appointment agreed by the user"),
    _(
        "{other} would like to move the meeting about {skill} to {alternative_starts_at}. "
        "Until you confirm, {starts_at} holds. Answer by {answer_by_at}."
    ),
    _ANSWER,
)
RESCHEDULE_BY_EXPERT = _other(
    "rescheduling_by_expert",
    _("Rescheduling the appointment agreed by the expert"),
    _(
        "{other} would like to move the meeting about {skill} to {alternative_starts_at}. "
        "Until you confirm, {starts_at} holds. Answer by {answer_by_at}."
    ),
    _ANSWER,
)
ALTERNATIVE_BY_EXPERT = _other(
    "alternative_suggested_by_expert",
    _("Alternative date suggested by expert"),
    _(
        "{other} suggests another date for the meeting about {skill}: {alternative_starts_at}. "
        "Answer by {answer_by_at}."
    ),
    _ANSWER,
)
COUNTERED_BY_EXPERT = _other(
    "alternative_suggested_instead",
    _("Alternative date suggested by expert"),
    _(
        "{other} cannot take the meeting about {skill} on {starts_at} ({reason}) and suggests "
        "{alternative_starts_at}. Answer by {answer_by_at}."
    ),
    _ANSWER,
)
ALTERNATIVE_CONFIRMED_BY_USER = _other(
    "alternative_confirmed_by_user",
    _("Alternative date confirmed by user"),
    _("{other} confirmed the new date of the meeting about {skill}: {starts_at}."),
    _OPEN,
    invitation=ical.request,
)
ALTERNATIVE_CONFIRMED_BY_EXPERT = _other(
    "alternative_confirmed_by_expert",
    _("Alternative date confirmed by expert"),
    _("{other} confirmed the new date of the meeting about {skill}: {starts_at}."),
    _OPEN,
    invitation=ical.request,
)
ALTERNATIVE_REJECTED_BY_USER = _other(
    "alternative_rejected_by_user",
    _("Alternative date rejected by user"),
    _(
        "{other} rejected the alternative date {alternative_starts_at} for the meeting about {skill}. Reason: {reason}"
    ),
    _OPEN,
)
ALTERNATIVE_REJECTED_BY_EXPERT = _other(
    "alternative_rejected_by_expert",
    _("Alternative date rejected by expert"),
    _(
        "{other} rejected the alternative date {alternative_starts_at} for the meeting about {skill}. Reason: {reason}"
    ),
    _OPEN,
)
ALTERNATIVE_CANCELLED_BY_USER = _other(
    "alternative_canceled_by_user",
    _("Alternative date canceled by user"),
    _("{other} cancelled the alternative date {alternative_starts_at} for the meeting about {skill}."),
    _OPEN,
)
ALTERNATIVE_CANCELLED_BY_EXPERT = _other(
    "alternative_canceled_by_expert",
    _("Alternative date canceled by expert"),
    _("{other} cancelled the alternative date {alternative_starts_at} for the meeting about {skill}."),
    _OPEN,
)
EXPIRED = _both(
    "expired",
    _("Meeting expired"),
    _(
        "The meeting with {other} about {skill} on {starts_at} was not approved before its start. Nothing was charged."
    ),
    _OPEN,
)
LAPSED = _both(
    "alternative_lapsed",
    _("Alternative date lapsed"),
    _(
        "The alternative date {alternative_starts_at} for the meeting with {other} about {skill} was not answered in time."
    ),
    _OPEN,
)
CANCELLED_BY_OPERATOR = _both(
    "canceled_by_operator",
    _("Meeting canceled by operator"),
    _(
        "The operator cancelled the meeting with {other} about {skill} on {starts_at}. "
        "{released_credits} went back to the user. Reason: {reason}"
    ),
    _OPEN,
    invitation=ical.cancel,
)
EVALUATED_HELD = _both(
    "evaluated_held",
    _("Meeting evaluated"),
    _(
        "The meeting with {other} about {skill} on {starts_at} counts as held. {charged_credits} were charged to the "
        "user; {expert_credits} went to the expert."
    ),
    _OPEN,
)
EVALUATED_USER_ABSENT = _both(
    "evaluated_user_absent",
    _("Meeting evaluated"),
    _(
        "The meeting with {other} about {skill} on {starts_at} was not held because of the user. {charged_credits} "
        "were charged to the user; {expert_credits} went to the expert."
    ),
    _OPEN,
)
EVALUATED_EXPERT_ABSENT = _both(
    "evaluated_expert_absent",
    _("Meeting evaluated"),
    _(
        "The meeting with {other} about {skill} on {starts_at} was not held because of the expert. "
        "{released_credits} went back to the user."
    ),
    _OPEN,
)
UNDER_REVIEW = _both(
    "under_review",
    _("Meeting under review"),
    _(
        "The meeting with {other} about {skill} on {starts_at} needs a decision: the answers and the attendance "
        "do not agree. The operator decides; until then the credits stay blocked."
    ),
    _OPEN,
)
REVERSED = _both(
    "evaluation_reversed",
    _("Evaluation reversed by operator"),
    _(
        "The operator reversed the evaluation of the meeting with {other} about {skill} on {starts_at}: it was not "
        "held. {refunded_credits} went back to the user, {from_expert_credits} of them from the expert. "
        "Reason: {reason}"
    ),
    _OPEN,
)

# --- For the calendar of the one who acted: by mail only ---------------------------------------

CALENDAR_AGREED = _actor(
    "calendar_agreed",
    _("Meeting agreed"),
    _(
        "You agreed on the meeting with {other} about {skill} on {starts_at}. This mail brings it to your calendar."
    ),
    _OPEN,
    invitation=ical.request,
)
CALENDAR_MOVED = _actor(
    "calendar_moved",
    _("Meeting moved"),
    _(
        "You moved the meeting with {other} about {skill} to {starts_at}. This mail moves it in your calendar."
    ),
    _OPEN,
    invitation=ical.request,
)
CALENDAR_CANCELLED = _actor(
    "calendar_canceled",
    _("Meeting cancelled"),
    _(
        "You cancelled the meeting with {other} about {skill} on {starts_at}. This mail takes it out of your calendar."
    ),
    _OPEN,
    invitation=ical.cancel,
)

# --- Reminders (see `meetings.notices.reminders`) ------------------------------------------------------------

REMINDER = _both(
    "meeting_reminder",
    _("Meeting reminder"),
    _("Your meeting with {other} about {skill} begins on {starts_at} and lasts {minutes} minutes."),
    _OPEN,
    moot=still_due.before_last_hour,
)
LINK = _both(
    "meeting_link",
    _("Meeting link"),
    _(
        "Your meeting with {other} about {skill} begins on {starts_at}. This is your personal link; "
        "it opens 15 minutes before the start."
    ),
    _("Join"),
    moot=still_due.before_start,
    page=still_due.join_link,
)
PROGRESS_REMINDER = _both(
    "progress_reminder",
    _("Reminder to confirm the completion and evaluation of the meeting"),
    _("Please say how your meeting with {other} about {skill} on {starts_at} went."),
    _("Record progress"),
    moot=still_due.before_evaluation,
    page=still_due.record_page,
)

# --- Video rooms (see `meetings.video.outbox`) --------------------------------------------------------

VIDEO_TROUBLE = _both(
    "video_trouble",
    _("Video room not ready yet"),
    _(
        "The video room for your meeting with {other} about {skill} on {starts_at} is not ready yet. An operator "
        "knows of it. Your personal link stays the same: please use it as planned."
    ),
    _OPEN,
    moot=still_due.before_room_ready,
)
VIDEO_LINK_WANTED = Kind(
    "video_link_wanted",
    _("A link is needed for your meeting"),
    _(
        "Your meeting with {other} about {skill} on {starts_at} takes place where a link of yours leads. Please put "
        "in the link; both of you then reach it by your personal links."
    ),
    _("Put in the link"),
    moot=still_due.before_room_ready,
    page=still_due.own_link_page,
)
VIDEO_FAILING = Kind(
    "video_failing",
    _("Video room needs an operator"),
    _("The video room of meeting {number}, which begins on {starts_at}: {problem}"),
    _("Open the video room"),
    moot=still_due.before_room_in_order,
    page=still_due.room_page,
)

KINDS = (
    *(row.kind for row in list(vars().values()) if isinstance(row, Notice)),
    VIDEO_LINK_WANTED,
    VIDEO_FAILING,
)
