"""Meetings in every status, made the way people make them: suggested, confirmed, held."""

from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import Service, User
from meetings.action import Entry
from meetings.lifecycle import workflow
from meetings.lifecycle.drafts import draft
from meetings.models import Meeting
from meetings.vocabulary import Action, Progress, Role, Status
from tests.factories import PersonFactory, ReasonFactory, ServiceFactory, SkillFactory

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CREDITS = 100

BY_USER, BY_EXPERT = Role.USER, Role.EXPERT


def suggest(
    *,
    by: Role = Role.USER,
    price: int = 30,
    minutes: int = 60,
    starts_in: timedelta = 5 * DAY,
    now: datetime = NOW,
    student: User | None = None,
    service: Service | None = None,
) -> Meeting:
    """Suggest a meeting, `starts_in` after `now`; a user who pays has CREDITS."""
    student = student or PersonFactory.create(credits=CREDITS)
    service = service or ServiceFactory.create(price=price, minutes=minutes)
    meeting = draft(
        student=student,
        service=service,
        skill=service.expert.skills.first() or SkillFactory.create(),
        starts_at=now + starts_in,
        role=by,
        now=now,
        price=price,
        minutes=minutes,
    )
    if by is Role.EXPERT and not Meeting.objects.between(student, service.expert.user).exists():
        make_acquainted(student, service, now)
    return workflow.suggest(meeting, role=by, actor=meeting.person(by), now=now)


def make_acquainted(student: User, service: Service, now: datetime) -> Meeting:
    """Leave a cancelled free request between the two, so that the expert may suggest."""
    meeting = draft(
        student=student,
        service=service,
        skill=SkillFactory.create(),
        starts_at=now + DAY,
        role=BY_USER,
        now=now,
        price=0,
    )
    workflow.suggest(meeting, role=BY_USER, actor=student, now=now)
    return act(meeting, Action.CANCEL_REQUEST, BY_USER, now=now)


def act(meeting: Meeting, action: Action, role: Role, *, now: datetime = NOW, **typed: Any) -> Meeting:
    """Take an action as this party of the meeting, or as the operator or the clock."""
    actor = meeting.person(role) if role in (Role.USER, Role.EXPERT) else None
    return workflow.perform(meeting, action, role=role, actor=actor, now=now, entry=Entry(**typed))


def agreed(**how: Any) -> Meeting:
    """Suggest and confirm."""
    meeting = suggest(**how)
    return act(meeting, Action.CONFIRM, Role(meeting.suggested_by).other, now=how.get("now", NOW))


def rejected(**how: Any) -> Meeting:
    """Suggest and reject."""
    meeting = suggest(**how)
    reason = ReasonFactory.create()
    return act(
        meeting, Action.REJECT, Role(meeting.suggested_by).other, now=how.get("now", NOW), reason=reason
    )


def with_alternative(
    mover: Role, /, *, of: Status = Status.AGREED, shift: timedelta = DAY, **how: Any
) -> Meeting:
    """Let a party suggest a later start for an agreed meeting, or the expert for a rejected one."""
    meeting = make_meeting(of, **how)
    action = Action.RESCHEDULE if of is Status.AGREED else Action.SUGGEST_ANOTHER
    return act(meeting, action, mover, now=how.get("now", NOW), starts_at=meeting.starts_at + shift)


def countered(*, shift: timedelta = DAY, **how: Any) -> Meeting:
    """Suggest as a user; the expert suggests another date instead of confirming."""
    meeting = suggest(**how)
    start, reason = meeting.starts_at + shift, ReasonFactory.create()
    return act(meeting, Action.COUNTER, BY_EXPERT, now=how.get("now", NOW), starts_at=start, reason=reason)


def closed_by_silence(**how: Any) -> Meeting:
    """Let 168 hours pass after an agreed meeting of which nobody says how it went."""
    meeting = agreed(**how)
    return let_time_pass(meeting, meeting.closes_by_silence_at)


def join(meeting: Meeting, *roles: Role) -> None:
    """Let these parties join at the start."""
    for role in roles:
        act(meeting, Action.JOIN, role, now=meeting.starts_at)


def let_time_pass(meeting: Meeting, now: datetime) -> Meeting:
    """Let the clock have its way with a meeting, as the job does."""
    workflow.apply_due_transitions(meeting.pk, now)
    return Meeting.objects.get(pk=meeting.pk)


def after_end(meeting: Meeting, later: timedelta = HOUR) -> datetime:
    """Return an instant after the meeting's end."""
    return meeting.ends_at + later


def make_meeting(status: Status, **how: Any) -> Meeting:
    """Bring a meeting to this status on the shortest real road."""
    roads = {
        Status.AWAITING: suggest,
        Status.AGREED: agreed,
        Status.REJECTED: rejected,
        Status.CANCELLED: _cancelled,
        Status.EXPIRED: _expired,
        Status.UNDER_REVIEW: _under_review,
        Status.HELD: _held,
        Status.NOT_HELD: _not_held,
    }
    return roads[status](**how)


def _cancelled(**how: Any) -> Meeting:
    return act(suggest(**how), Action.CANCEL_REQUEST, how.get("by", BY_USER), now=how.get("now", NOW))


def _expired(**how: Any) -> Meeting:
    meeting = suggest(**how)
    return let_time_pass(meeting, meeting.starts_at)


def _held(**how: Any) -> Meeting:
    meeting = agreed(**how)
    return act(meeting, Action.RECORD, BY_USER, now=after_end(meeting), progress=Progress.SMOOTH, stars=5)


def _not_held(**how: Any) -> Meeting:
    meeting = agreed(**how)
    return act(meeting, Action.RECORD, BY_EXPERT, now=after_end(meeting), progress=Progress.MY_FAULT)


def _under_review(**how: Any) -> Meeting:
    meeting = agreed(**how)
    act(meeting, Action.RECORD, BY_EXPERT, now=after_end(meeting), progress=Progress.SMOOTH)
    return act(meeting, Action.RECORD, BY_USER, now=after_end(meeting), progress=Progress.OTHERS_FAULT)
