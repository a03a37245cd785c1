"""The Actions table of the product, row by row: what each action leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from meetings.models import Meeting
from meetings.vocabulary import Action, Role, Status
from tests.factories import ReasonFactory
from tests.meetings.scenarios import (
    DAY,
    HOUR,
    NOW,
    agreed,
    countered,
    make_meeting,
    rejected,
    suggest,
    with_alternative,
)
from tests.meetings.snapshot import Credits

USER, EXPERT, OPERATOR = Role.USER, Role.EXPERT, Role.OPERATOR
Typed = dict[str, Any]

# Who has how many of the 100 credits of the user, for a meeting of 30 with a share of 20 %.
FREE = Credits(100, 0, 0, 0)
BLOCKED = Credits(70, 30, 0, 0)
HALF_CHARGED = Credits(85, 0, 12, 3)


def nothing(_meeting: Meeting) -> Typed:
    return {}


def reason(_meeting: Meeting) -> Typed:
    return {"reason": ReasonFactory.create()}


def words(_meeting: Meeting) -> Typed:
    return {"words": "I am ill"}


def words_and_deduction(_meeting: Meeting) -> Typed:
    return {"words": "I am ill", "deduction_accepted": True}


def date(meeting: Meeting) -> Typed:
    return {"starts_at": meeting.starts_at + 2 * DAY}


def reason_and_date(meeting: Meeting) -> Typed:
    return reason(meeting) | date(meeting)


def on_the_same_day(_meeting: Meeting) -> datetime:
    return NOW


def two_days_and_a_bit_before(meeting: Meeting) -> datetime:
    return meeting.starts_at - timedelta(hours=48, minutes=1)


def a_day_before(meeting: Meeting) -> datetime:
    return meeting.starts_at - 24 * HOUR


def at_the_start(meeting: Meeting) -> datetime:
    return meeting.starts_at


def after_the_end(meeting: Meeting) -> datetime:
    return meeting.ends_at + HOUR


@dataclass(frozen=True)
class Row:
    """From `before`, `role` takes `action`; the rest is what must be found afterwards."""

    before: Callable[..., Meeting]
    action: Action
    role: Role
    typed: Callable[[Meeting], Typed]
    status: str
    payment: str
    events: list[str]
    credits: Credits
    told: list[tuple[str, str]]
    at: Callable[[Meeting], datetime] = on_the_same_day
    revision_rises: bool = True

    def __str__(self) -> str:
        return f"{_name(self.before)}: {self.action} by {self.role} {self.at.__name__}"


def _name(before: Callable[..., Meeting]) -> str:
    if not isinstance(before, partial):
        return before.__name__
    return " ".join([before.func.__name__, *before.args, *before.keywords.values()])


by_expert = partial(suggest, by=EXPERT)
agreed_by_expert = partial(agreed, by=EXPERT)
rejected_by_user = partial(rejected, by=EXPERT)
moved_by_user = partial(with_alternative, USER)
moved_by_expert = partial(with_alternative, EXPERT)
another_by_expert = partial(with_alternative, EXPERT, of=Status.REJECTED)
another_after_users_no = partial(with_alternative, EXPERT, of=Status.REJECTED, by=EXPERT)
under_review = partial(make_meeting, Status.UNDER_REVIEW)

ANSWERS = (
    Row(suggest, Action.CANCEL_REQUEST, USER, nothing, "Cancelled", "Returned",
        ["Cancelled by user"], FREE, [("expert", "Meeting request canceled by user")]),
    Row(by_expert, Action.CANCEL_REQUEST, EXPERT, nothing, "Cancelled", "Not blocked",
        ["Cancelled by expert"], FREE, [("user", "Meeting request canceled by expert")]),
    Row(suggest, Action.CONFIRM, EXPERT, nothing, "Agreed", "Blocked",
        ["Approved by expert"], BLOCKED, [("user", "Meeting confirmed by expert")]),
    Row(by_expert, Action.CONFIRM, USER, nothing, "Agreed", "Blocked",
        ["Approved by user"], BLOCKED, [("expert", "Meeting confirmed by user")]),
    Row(suggest, Action.REJECT, EXPERT, reason, "Rejected", "Returned",
        ["Rejected by expert"], FREE, [("user", "Meeting rejected by expert")]),
    Row(by_expert, Action.REJECT, USER, reason, "Rejected", "Not blocked",
        ["Rejected by user"], FREE, [("expert", "Meeting rejected by user")]),
    Row(suggest, Action.COUNTER, EXPERT, reason_and_date, "Rejected", "Returned",
        ["Rejected by expert", "Alternative date selected by expert", "Approved by expert"],
        FREE, [("user", "Alternative date suggested by expert")]),
)  # fmt: skip

OTHER_DATES = (
    Row(rejected, Action.RESCHEDULE_REJECTED, USER, date, "Awaiting approval", "Blocked",
        ["Alternative date selected by user", "Approved by user"],
        BLOCKED, [("expert", "Rescheduling a meeting rejected by the user")]),
    Row(rejected_by_user, Action.RESCHEDULE_REJECTED, USER, date, "Awaiting approval", "Blocked",
        ["Alternative date selected by user", "Approved by user"],
        BLOCKED, [("expert", "Rescheduling a meeting rejected by the user")]),
    Row(agreed, Action.RESCHEDULE, USER, date, "Agreed", "Blocked",
        ["Alternative date selected by user", "Approved by user"],
        BLOCKED, [("expert", "Rescheduling the appointment agreed by the user")]),
    Row(agreed, Action.RESCHEDULE, EXPERT, date, "Agreed", "Blocked",
        ["Alternative date selected by expert", "Approved by expert"],
        BLOCKED, [("user", "Rescheduling the appointment agreed by the expert")]),
    Row(rejected, Action.SUGGEST_ANOTHER, EXPERT, date, "Rejected", "Returned",
        ["Alternative date selected by expert", "Approved by expert"],
        FREE, [("user", "Alternative date suggested by expert")]),
    Row(rejected_by_user, Action.SUGGEST_ANOTHER, EXPERT, date, "Rejected", "Not blocked",
        ["Alternative date selected by expert", "Approved by expert"],
        FREE, [("user", "Alternative date suggested by expert")]),
    Row(moved_by_expert, Action.CONFIRM_ALTERNATIVE, USER, nothing, "Agreed", "Blocked",
        ["Approval of replacement date by user"],
        BLOCKED, [("expert", "Alternative date confirmed by user")]),
    Row(moved_by_user, Action.CONFIRM_ALTERNATIVE, EXPERT, nothing, "Agreed", "Blocked",
        ["Approval of replacement date by expert"],
        BLOCKED, [("user", "Alternative date confirmed by expert")]),
    Row(another_by_expert, Action.REVIVE, USER, nothing, "Agreed", "Blocked",
        ["Approval of replacement date by user"],
        BLOCKED, [("expert", "Alternative date confirmed by user")]),
    Row(another_after_users_no, Action.REVIVE, USER, nothing, "Agreed", "Blocked",
        ["Approval of replacement date by user"],
        BLOCKED, [("expert", "Alternative date confirmed by user")]),
    Row(countered, Action.REVIVE, USER, nothing, "Agreed", "Blocked",
        ["Approval of replacement date by user"],
        BLOCKED, [("expert", "Alternative date confirmed by user")]),
    Row(moved_by_expert, Action.REJECT_ALTERNATIVE, USER, reason, "Agreed", "Blocked",
        ["Rejected alternate date by user"],
        BLOCKED, [("expert", "Alternative date rejected by user")]),
    Row(moved_by_user, Action.REJECT_ALTERNATIVE, EXPERT, reason, "Agreed", "Blocked",
        ["Rejected alternate date by expert"],
        BLOCKED, [("user", "Alternative date rejected by expert")]),
    Row(another_by_expert, Action.REJECT_ALTERNATIVE, USER, reason, "Rejected", "Returned",
        ["Rejected alternate date by user"],
        FREE, [("expert", "Alternative date rejected by user")]),
    Row(moved_by_user, Action.CANCEL_ALTERNATIVE, USER, nothing, "Agreed", "Blocked",
        ["User canceled alternate appointment"],
        BLOCKED, [("expert", "Alternative date canceled by user")]),
    Row(moved_by_expert, Action.CANCEL_ALTERNATIVE, EXPERT, nothing, "Agreed", "Blocked",
        ["Expert canceled alternate appointment"],
        BLOCKED, [("user", "Alternative date canceled by expert")]),
    Row(countered, Action.CANCEL_ALTERNATIVE, EXPERT, nothing, "Rejected", "Returned",
        ["Expert canceled alternate appointment"],
        FREE, [("user", "Alternative date canceled by expert")]),
)  # fmt: skip

TO_BOTH = [("user", "Meeting canceled by operator"), ("expert", "Meeting canceled by operator")]
LATE = ["Cancelled by user", "Appointment reimbursed to expert"]

CANCELLING = (
    Row(agreed, Action.CANCEL, USER, words, "Cancelled", "Returned",
        ["Cancelled by user"], FREE, [("expert", "Meeting canceled by user")]),
    Row(agreed_by_expert, Action.CANCEL, USER, words, "Cancelled", "Returned",
        ["Cancelled by user"], FREE, [("expert", "Meeting canceled by user")],
        at=two_days_and_a_bit_before),
    Row(agreed, Action.CANCEL_LATE, USER, words_and_deduction, "Cancelled", "Reimbursed cancellation",
        LATE, HALF_CHARGED, [("expert", "Meeting canceled by user")], at=a_day_before),
    Row(agreed_by_expert, Action.CANCEL_LATE, USER, words_and_deduction, "Cancelled",
        "Reimbursed cancellation",
        LATE, HALF_CHARGED, [("expert", "Meeting canceled by user")], at=a_day_before),
    Row(agreed, Action.CANCEL, EXPERT, words, "Cancelled", "Returned",
        ["Cancelled by expert"], FREE, [("user", "Meeting canceled by expert")]),
    Row(agreed, Action.CANCEL, EXPERT, words, "Cancelled", "Returned",
        ["Cancelled by expert"], FREE, [("user", "Meeting canceled by expert")], at=a_day_before),
    Row(suggest, Action.CANCEL, OPERATOR, words, "Cancelled", "Returned",
        ["Cancelled by operator"], FREE, TO_BOTH),
    Row(by_expert, Action.CANCEL, OPERATOR, words, "Cancelled", "Not blocked",
        ["Cancelled by operator"], FREE, TO_BOTH),
    Row(agreed, Action.CANCEL, OPERATOR, words, "Cancelled", "Returned",
        ["Cancelled by operator"], FREE, TO_BOTH, at=a_day_before),
    Row(agreed, Action.CANCEL, OPERATOR, words, "Cancelled", "Returned",
        ["Cancelled by operator"], FREE, TO_BOTH, at=after_the_end),
    Row(under_review, Action.CANCEL, OPERATOR, words, "Cancelled", "Returned",
        ["Cancelled by operator"], FREE, TO_BOTH, at=after_the_end),
)  # fmt: skip

JOINING = (
    Row(agreed, Action.JOIN, USER, nothing, "Agreed", "Blocked",
        ["User attended meeting recorded"], BLOCKED, [], at=at_the_start, revision_rises=False),
    Row(agreed, Action.JOIN, EXPERT, nothing, "Agreed", "Blocked",
        ["Expert attended meeting recorded"], BLOCKED, [], at=at_the_start, revision_rises=False),
)  # fmt: skip

ROWS = ANSWERS + OTHER_DATES + CANCELLING + JOINING
