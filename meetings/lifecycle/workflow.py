"""Carries out the rows of `meetings.lifecycle.transitions`: the only writer of a meeting's status.

Each action is one transaction: lock the meeting and its two people, look, change, note it in the timeline,
tell people. A refusal raises ActionRefused and leaves no trace.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain, repeat
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from meetings.action import ActionRefused, Entry, Guard, MeetingChanged, Step
from meetings.lifecycle import drafts, idempotency
from meetings.lifecycle.checks import CHECKS
from meetings.lifecycle.transitions import TRANSITIONS, Transition, row_for
from meetings.models import Event, Meeting
from meetings.notices import kinds
from meetings.vocabulary import PARTIES, Action, Role, Status

EMPTY = Entry()


def perform(
    meeting: Meeting,
    action: Action,
    *,
    role: Role,
    now: datetime,
    actor: User | None = None,
    entry: Entry = EMPTY,
    revision: int | None = None,
    key: UUID | None = None,
) -> Meeting:
    """Carry out an action and return the meeting as it is then.

    `revision` is that of the page the person was looking at, `key` that of the form: a form that was acted
    upon already changes nothing. Raises ActionRefused, MeetingChanged.
    """
    with transaction.atomic():
        if key and actor:
            said = {"action": action, "meeting": meeting, "revision": revision, "entry": entry}
            receipt = idempotency.reserve(key, actor, said, now=now)
            if receipt.meeting:
                return receipt.meeting
            idempotency.record(receipt, meeting)
        fresh = _lock(meeting.pk)
        if revision is not None and revision != fresh.revision:
            raise MeetingChanged(
                _("The meeting has changed since you looked at it. Please look again, then decide.")
            )
        _apply_due_transitions(fresh, now)
        _take(Step(fresh, role, now, actor, entry), action)
        return fresh


def suggest(meeting: Meeting, *, role: Role, actor: User, now: datetime, key: UUID | None = None) -> Meeting:
    """Save a drafted meeting and make the suggestion (see `drafts`). Raises ActionRefused."""
    entry = Entry(starts_at=meeting.starts_at)
    with transaction.atomic():
        receipt = idempotency.reserve(key, actor, drafts.contents(meeting), now=now) if key else None
        if receipt and receipt.meeting:
            return receipt.meeting
        _lock_people(meeting)
        _take(Step(meeting, role, now, actor, entry), Action.SUGGEST)
        if receipt:
            idempotency.record(receipt, meeting)
        return meeting


def apply_due_transitions(pk: int, now: datetime) -> bool:
    """Do what the clock demands of one meeting; False where another process is at it already."""
    with transaction.atomic():
        free = Meeting.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).exists()
        if free:
            _apply_due_transitions(_lock(pk), now)
        return free


def open_actions(meeting: Meeting, role: Role, now: datetime) -> list[Transition]:
    """Return the rows that this role can take now, in the order of the table."""
    rows = [row for row in TRANSITIONS if row.by is role and row.sources]
    return [row for row in rows if why_not(meeting, row, now) is None]


def why_not(meeting: Meeting, row: Transition, now: datetime) -> str | None:
    """Return why this action is closed now, whatever would be typed; None if it is open."""
    return _closed(row, Step(meeting, row.by, now), meeting.status_at(now))


def _lock(pk: int) -> Meeting:
    """Lock a meeting, then its two people in one order everywhere, so that nobody waits in a circle.

    Accounts and the video room follow, by what the action does (docs/decisions/0001-architecture.md).
    """
    rows = Meeting.objects.select_related("service__expert", "skill")
    meeting = rows.select_for_update(of=("self",), no_key=True).get(pk=pk)
    _lock_people(meeting)
    return meeting


def _lock_people(meeting: Meeting) -> None:
    pks = [meeting.student_id, meeting.expert_id]
    people = User.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk").in_bulk()
    meeting.student, meeting.expert = people[meeting.student_id], people[meeting.expert_id]


def _apply_due_transitions(meeting: Meeting, now: datetime) -> None:
    """Write down what the clock has decided already, where the job that does it is late."""
    for action in (Action.EXPIRE, Action.LAPSE, Action.CLOSE_BY_SILENCE):
        step = Step(meeting, Role.CLOCK, now)
        if _closed(_row(action, Role.CLOCK), step, Status(meeting.status)) is None:
            _take(step, action)


def _take(step: Step, action: Action) -> None:
    """Check one row and carry it out, then the rows that follow from it."""
    row = _row(action, step.role)
    if not _is_in_their_role(step):
        raise ActionRefused(_("This is not for you to do in this meeting."))
    refusal = _closed(row, step, Status(step.meeting.status)) or _badly_asked(row, step)
    if refusal:
        raise ActionRefused(refusal)
    _change(row, step)
    _note(row, step)
    for next_action, role in row.follows(step) if row.follows else []:
        actor = step.actor if role is step.role else None
        _take(Step(step.meeting, role, step.now, actor, step.entry, step.evaluation), next_action)


def _is_in_their_role(step: Step) -> bool:
    """Whether the actor is the person of the role; the clock is nobody, a guard looks at operators."""
    if step.role in PARTIES:
        return step.actor is not None and step.actor.pk == step.meeting.person(step.role).pk
    return step.role is Role.OPERATOR or step.actor is None


def _row(action: Action, role: Role) -> Transition:
    row = row_for(action, role)
    if row is None:
        raise ActionRefused(_("This is not for you to do in this meeting."))
    return row


def _closed(row: Transition, step: Step, status: Status) -> str | None:
    """Return the first reason why the row is closed, or None."""
    if not step.meeting._state.adding and status not in row.sources:
        return _("This meeting is “%(status)s” now, so this can no longer be done.") % {
            "status": status.label
        }
    return _first_refusal(row.guards, step)


def _badly_asked(row: Transition, step: Step) -> str | None:
    """Return what is wrong with what was typed, or None."""
    return _first_refusal([CHECKS[ask] for ask in row.asks], step)


def _first_refusal(guards: Iterable[Guard], step: Step) -> str | None:
    return next(filter(None, (guard(step) for guard in guards)), None)


def _change(row: Transition, step: Step) -> None:
    """Change the meeting and move its credits."""
    meeting = step.meeting
    if meeting._state.adding:
        meeting.save()
    for effect in row.effects:
        effect(step)
    meeting.status = row.target or meeting.status
    meeting.revision += not row.quiet
    meeting.save(update_fields=CHANGING)


def _note(row: Transition, step: Step) -> None:
    """Write the timeline and tell people; what was typed stands with the first event."""
    events = [
        Event.objects.create(
            meeting=step.meeting,
            kind=kind,
            role=step.role,
            actor=step.actor,
            at=step.now,
            date_version=step.meeting.date_version,
            reason=step.entry.reason if first else None,
            words=step.entry.words.strip() if first else "",
            facts=step.facts | (_chosen(step) if first else {}),
            posting_id=step.posting,
        )
        for first, kind in zip(chain([True], repeat(False)), row.events, strict=False)
    ]
    for notice in row.notices:
        kinds.tell(notice, step, events[0])


def _chosen(step: Step) -> dict[str, Any]:
    """Return the chosen reason as it reads now."""
    return {"reason": step.entry.reason.names} if step.entry.reason else {}


CHANGING = [
    "starts_at",
    "ends_at",
    "alternative_starts_at",
    "alternative_by",
    "status",
    "payment",
    "approved_by_user",
    "approved_by_expert",
    "agreed_at",
    "evaluation",
    "is_flagged",
    "date_version",
    "revision",
]
