"""Every row of the Actions table and of Cancelling: status, payment, timeline, credits, and who is told."""

import pytest

from credits.models import Posting
from meetings.lifecycle.transitions import TRANSITIONS
from meetings.models import Event, Meeting
from meetings.vocabulary import Action, Role
from tests.credits import books
from tests.meetings.expected import FREE, ROWS, Row, words
from tests.meetings.scenarios import DAY, NOW, act, agreed, rejected, suggest, with_alternative
from tests.meetings.snapshot import Trace, credits_of, labels

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("price", [30, 0])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_an_action_does_exactly_what_its_row_says(row: Row, price: int) -> None:
    meeting = row.before(price=price)
    typed = row.typed(meeting)
    trace = Trace()
    after = act(meeting, row.action, row.role, now=row.at(meeting), **typed)
    assert labels(after) == (row.status, row.payment)
    assert trace.events() == row.events
    assert credits_of(after) == (row.credits if price else FREE)
    assert trace.told(after) == row.told
    assert after.revision == meeting.revision + row.revision_rises
    books.assert_in_order()


def test_every_row_of_actions_is_tested() -> None:
    elsewhere = {Action.SUGGEST, Action.RECORD, Action.REVIEW}
    people = (Role.USER, Role.EXPERT)
    of_people = {(row.action, row.by) for row in TRANSITIONS if row.by in people}
    tested = {(row.action, row.role) for row in ROWS if row.role in people}
    assert tested == {(action, by) for action, by in of_people if action not in elsewhere}


@pytest.mark.parametrize("row", [row for row in ROWS if row.role is not Role.OPERATOR], ids=str)
def test_a_free_meeting_moves_no_credits(row: Row) -> None:
    meeting = row.before(price=0)
    act(meeting, row.action, row.role, now=row.at(meeting), **row.typed(meeting))
    assert list(Posting.objects.exclude(kind="grant")) == []


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_an_action_is_signed_and_dated(row: Row) -> None:
    meeting = row.before()
    typed = row.typed(meeting)
    trace = Trace()
    now = row.at(meeting)
    after = act(meeting, row.action, row.role, now=now, **typed)
    actor = None if row.role is Role.OPERATOR else meeting.person(row.role)
    assert {(event.role, event.actor, event.at, event.date_version) for event in trace.new_events()} == {
        (row.role, actor, now, after.date_version)
    }


@pytest.mark.parametrize(
    ("price", "charged", "share", "to_expert", "released"),
    [
        (15, 7, 1, 6, 8),
        (1, 0, 0, 0, 1),
        (2, 1, 0, 1, 1),
        (3, 1, 0, 1, 2),
        (11, 5, 1, 4, 6),
        (99, 49, 9, 40, 50),
    ],
)
def test_cancelling_late_rounds_down(
    price: int, charged: int, share: int, to_expert: int, released: int
) -> None:
    meeting = agreed(price=price)
    trace = Trace()
    after = act(
        meeting,
        Action.CANCEL_LATE,
        Role.USER,
        now=meeting.starts_at - DAY,
        words="ill",
        deduction_accepted=True,
    )
    assert labels(after) == ("Cancelled", "Reimbursed cancellation")
    assert credits_of(after) == (100 - charged, 0, to_expert, share)
    assert trace.events() == ["Cancelled by user", "Appointment reimbursed to expert"]
    facts = trace.new_events()[0].facts
    assert facts == {
        "charged_credits": charged,
        "share_credits": share,
        "expert_credits": to_expert,
        "released_credits": released,
    }


@pytest.mark.parametrize("days_before", [3, 1])
def test_the_operator_can_see_whether_an_expert_cancelled_late(days_before: int) -> None:
    meeting = agreed()
    trace = Trace()
    act(meeting, Action.CANCEL, Role.EXPERT, now=meeting.starts_at - days_before * DAY, words="ill")
    assert trace.new_events()[0].facts == {"late": days_before == 1, "released_credits": 30}


def test_the_reason_stands_with_the_first_event_and_in_the_notice() -> None:
    meeting = suggest()
    reason = rejected().events.get(kind="rejected_by_expert").reason
    trace = Trace()
    act(meeting, Action.COUNTER, Role.EXPERT, reason=reason, starts_at=meeting.starts_at + DAY)
    assert [event.reason for event in trace.new_events()] == [reason, None, None]
    assert trace.notifications()[0].facts["reason"] == {"en": reason.name}


def test_words_are_kept_without_blanks_around_them() -> None:
    meeting = agreed()
    trace = Trace()
    act(meeting, Action.CANCEL, Role.EXPERT, words="  I am ill \n")
    assert [event.words for event in trace.new_events()] == ["I am ill"]


CANCELS = [(Action.CANCEL, Role.USER), (Action.CANCEL, Role.EXPERT), (Action.CANCEL, Role.OPERATOR)]


@pytest.mark.parametrize("suggested_by", [Role.USER, Role.EXPERT])
@pytest.mark.parametrize(("action", "role"), CANCELS)
def test_any_cancelling_drops_the_alternative_date(action: Action, role: Role, suggested_by: Role) -> None:
    meeting = with_alternative(suggested_by)
    trace = Trace()
    after = act(meeting, action, role, **words(meeting))
    assert (after.alternative_starts_at, after.alternative_by) == (None, "")
    assert trace.events() == [f"Cancelled by {role}"]
    assert labels(after) == ("Cancelled", "Returned")


def test_cancelling_late_drops_the_alternative_date_and_counts_against_the_date_in_force() -> None:
    meeting = with_alternative(Role.EXPERT, shift=20 * DAY)
    now = meeting.starts_at - DAY
    typed = {"words": "ill", "deduction_accepted": True}
    after = act(meeting, Action.CANCEL_LATE, Role.USER, now=now, **typed)
    assert (after.alternative_starts_at, after.alternative_by) == (None, "")
    assert labels(after) == ("Cancelled", "Reimbursed cancellation")


def test_history_can_go_round_and_the_credits_with_it() -> None:
    meeting = rejected()
    for _round in range(3):
        start = meeting.starts_at + DAY
        meeting = act(meeting, Action.RESCHEDULE_REJECTED, Role.USER, starts_at=start)
        assert credits_of(meeting) == (70, 30, 0, 0)
        reason = Event.objects.exclude(reason=None).first().reason
        meeting = act(meeting, Action.REJECT, Role.EXPERT, reason=reason)
        assert credits_of(meeting) == FREE
    assert meeting.date_version == 4
    books.assert_in_order()


def test_revision_rises_with_each_change_only() -> None:
    meeting = suggest()
    assert meeting.revision == 1
    meeting = act(meeting, Action.CONFIRM, Role.EXPERT)
    assert meeting.revision == 2
    meeting = act(meeting, Action.JOIN, Role.USER, now=meeting.starts_at)
    assert meeting.revision == 2
    assert Meeting.objects.get(pk=meeting.pk).revision == 2
    assert meeting.suggested_at == NOW
