"""Meetings as rows of a list: the other party, the date, the state, and what to do next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from meetings import links
from meetings.lifecycle import workflow
from meetings.lifecycle.transitions import Transition
from meetings.models import Meeting
from meetings.video.access import JoinState, admission
from meetings.vocabulary import Action, Payment, Role, Status

# What somebody waits for, in the order in which it matters; other actions are choices, not duties.
DUTIES = (
    Action.CONFIRM,
    Action.CONFIRM_ALTERNATIVE,
    Action.REVIVE,
    Action.RECORD,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One meeting as one of its parties sees it in a list."""

    meeting: Meeting
    role: Role
    other: User
    status: Status
    payment: Payment
    alternative_starts_at: datetime | None
    duty: Action | None
    link: str


def rows_for(meetings: Iterable[Meeting], person: User, now: datetime) -> list[Row]:
    """Return the meetings as rows for this person; fetch them `for_rows` to ask the database only once."""
    return [_row(meeting, role, now) for meeting in meetings if (role := meeting.role_of(person))]


def _row(meeting: Meeting, role: Role, now: datetime) -> Row:
    is_open = admission(meeting, role, meeting.date_version, now).door is JoinState.OPEN
    return Row(
        meeting=meeting,
        role=role,
        other=meeting.person(role.other),
        status=meeting.status_at(now),
        payment=Payment(meeting.payment),
        alternative_starts_at=meeting.alternative_starts_at if meeting.has_open_alternative(now) else None,
        duty=_duty(workflow.open_actions(meeting, role, now)),
        link=links.link(meeting, role) if is_open else "",
    )


def _duty(open_rows: list[Transition]) -> Action | None:
    opened = {row.action for row in open_rows}
    return next((action for action in DUTIES if action in opened), None)
