"""The table tests itself: what is not in it is refused, and everything declared is used."""

import inspect
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from credits import ledger
from meetings.action import ActionRefused, Ask, Entry
from meetings.lifecycle import checks, effects, guards, workflow
from meetings.lifecycle.transitions import TRANSITIONS, row_for
from meetings.models import Meeting
from meetings.notices import kinds, reminders
from meetings.vocabulary import PARTIES, PAYMENTS, Action, EventKind, Progress, Role, Status
from tests.factories import PersonFactory, ReasonFactory
from tests.meetings.expected import ROWS
from tests.meetings.scenarios import (
    DAY,
    HOUR,
    NOW,
    act,
    agreed,
    closed_by_silence,
    countered,
    make_meeting,
    suggest,
    with_alternative,
)
from tests.meetings.snapshot import everything

FINAL = (Status.CANCELLED, Status.EXPIRED, Status.HELD, Status.NOT_HELD)
IN_TABLE = {(row.action, status, row.by) for row in TRANSITIONS for status in row.sources}


def answered_in_full(meeting: Meeting) -> Entry:
    """Return an entry with everything that any action asks for."""
    return Entry(
        reason=ReasonFactory.create(),
        words="A reason in words",
        starts_at=meeting.starts_at + 30 * DAY,
        overlap_acknowledged=True,
        deduction_accepted=True,
        progress=Progress.SMOOTH,
        stars=5,
        review="Very clear",
    )


def refusal(meeting: Meeting, action: Action, role: Any, now: datetime, entry: Entry) -> str | None:
    """Return the sentence that refuses this action, or None where it is carried out."""
    actor = {Role.USER: meeting.student, Role.EXPERT: meeting.expert}.get(role)
    try:
        workflow.perform(meeting, action, role=role, actor=actor, now=now, entry=entry)
    except ActionRefused as refused:
        return refused.words
    return None


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["before the start", "after the end"])
@pytest.mark.parametrize("status", Status)
def test_what_is_not_in_the_table_is_refused_and_changes_nothing(status: Status, moment: str) -> None:
    meeting = make_meeting(status)
    now = meeting.starts_at - HOUR if moment == "before the start" else meeting.ends_at + HOUR
    entry = answered_in_full(meeting)
    before = everything()
    wrong = [
        (action.value, role.value)
        for action in Action
        for role in Role
        if (action, status, role) not in IN_TABLE
        and not _is_a_sentence(refusal(meeting, action, role, now, entry))
    ]
    assert wrong == []
    assert everything() == before


@pytest.mark.django_db
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("role", [None, "stranger", ""])
def test_who_is_no_party_can_do_nothing(status: Status, role: Any) -> None:
    meeting = make_meeting(status)
    stranger = PersonFactory.create(credits=100)
    assert meeting.role_of(stranger) is None
    entry = answered_in_full(meeting)
    before = everything()
    for action in Action:
        for now in (NOW, meeting.ends_at + HOUR):
            words = refusal(meeting, action, role, now, entry)
            assert words == "This is not for you to do in this meeting."
    assert everything() == before


@pytest.mark.django_db
@pytest.mark.parametrize("row", [row for row in ROWS if row.action is not Action.JOIN], ids=str)
def test_taking_an_action_twice_is_refused_the_second_time(row: Any) -> None:
    meeting = row.before()
    typed = row.typed(meeting)
    act(meeting, row.action, row.role, now=row.at(meeting), **typed)
    before = everything()
    with pytest.raises(ActionRefused):
        act(meeting, row.action, row.role, now=row.at(meeting), **typed)
    assert everything() == before


def test_every_action_has_one_row_for_each_role() -> None:
    counts = Counter((row.action, row.by) for row in TRANSITIONS)
    assert [key for key, count in counts.items() if count > 1] == []
    assert {row.action for row in TRANSITIONS} == set(Action)


def test_every_status_can_be_reached_and_left_or_is_final() -> None:
    assert {row.target for row in TRANSITIONS} - {None} == set(Status)
    left = {status for row in TRANSITIONS if row.target for status in row.sources if status != row.target}
    # A held meeting can only be left by a reversal, which is the operator's.
    assert set(Status) - left == {Status.CANCELLED, Status.EXPIRED, Status.NOT_HELD}
    leaving = {row.action for row in TRANSITIONS if set(row.sources) & set(FINAL) and row.target}
    assert leaving == {Action.REVERSE}


def test_every_event_is_used() -> None:
    assert {event for row in TRANSITIONS for event in row.events} == set(EventKind)


def test_every_notice_is_used() -> None:
    declared = {value for value in vars(kinds).values() if isinstance(value, kinds.Notice)}
    used = {notice for row in TRANSITIONS for notice in row.notices}
    used |= {rule.notice for rule in reminders.RULES.values()} | {kinds.VIDEO_TROUBLE}
    assert {notice.kind.name for notice in declared} == {notice.kind.name for notice in used}


def test_every_effect_guard_and_check_is_used() -> None:
    used = {part for row in TRANSITIONS for part in row.effects + row.guards}
    assert _public_functions(effects) - used == {effects.find}
    assert _public_functions(guards) - used == set()
    assert set(checks.CHECKS) == set(Ask)
    assert {ask for row in TRANSITIONS for ask in row.asks} == set(Ask)


def test_every_action_of_a_party_is_told_to_the_other_but_joining_and_what_comes_after() -> None:
    silent = {row.action for row in TRANSITIONS if row.by in (Role.USER, Role.EXPERT) and not row.notices}
    assert silent == {Action.JOIN, Action.RECORD, Action.REVIEW}


def test_every_quiet_action_leaves_status_and_dates_alone() -> None:
    quiet = {row.action for row in TRANSITIONS if row.quiet}
    assert quiet == {Action.JOIN, Action.RECORD, Action.REVIEW, Action.CLOSE_BY_SILENCE}
    assert {row.target for row in TRANSITIONS if row.quiet} == {None}


def test_an_action_under_the_same_button_exists() -> None:
    for row in TRANSITIONS:
        assert row.instead is None or row_for(row.instead, row.by) is not None


def test_every_status_says_how_it_can_be_paid() -> None:
    assert set(PAYMENTS) == set(Status)


@pytest.mark.django_db
@pytest.mark.parametrize("status", FINAL)
@pytest.mark.parametrize("by", [Role.USER, Role.EXPERT])
def test_every_final_status_leaves_the_block_empty(status: Status, by: Role) -> None:
    meeting = make_meeting(status, by=by)
    assert ledger.blocked_for(meeting.reference) == 0
    assert ledger.balance(meeting.student).blocked == 0


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_exactly_blocked_meetings_have_a_block_of_their_price(row: Any) -> None:
    meeting = row.before()
    after = act(meeting, row.action, row.role, now=row.at(meeting), **row.typed(meeting))
    expected = after.price if after.payment == "blocked" else 0
    assert ledger.blocked_for(after.reference) == expected


OPEN = [
    ("asked by the user", suggest, Role.USER, [Action.CANCEL_REQUEST]),
    ("asked by the user", suggest, Role.EXPERT, [Action.CONFIRM, Action.COUNTER, Action.REJECT]),
    ("agreed", agreed, Role.USER, [Action.RESCHEDULE, Action.CANCEL]),
    ("agreed", agreed, Role.EXPERT, [Action.RESCHEDULE, Action.CANCEL]),
    ("agreed", agreed, Role.OPERATOR, [Action.CANCEL]),
    ("countered", countered, Role.USER, [Action.REVIVE, Action.REJECT_ALTERNATIVE]),
    ("countered", countered, Role.EXPERT, [Action.CANCEL_ALTERNATIVE]),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "road", "role", "actions"), OPEN)
def test_a_page_offers_exactly_what_is_open(name: str, road: Any, role: Role, actions: list[Action]) -> None:
    meeting = road()
    assert [row.action for row in workflow.open_actions(meeting, role, NOW)] == actions, name


@pytest.mark.django_db
@pytest.mark.parametrize("maker", [Role.USER, Role.EXPERT])
def test_a_page_offers_exactly_the_answers_to_an_alternative(maker: Role) -> None:
    meeting = with_alternative(maker)
    own = [row.action for row in workflow.open_actions(meeting, maker, NOW)]
    others = [row.action for row in workflow.open_actions(meeting, maker.other, NOW)]
    assert own == [Action.CANCEL_ALTERNATIVE, Action.CANCEL]
    assert others == [Action.CONFIRM_ALTERNATIVE, Action.REJECT_ALTERNATIVE, Action.CANCEL]


OFFERED = {
    (Status.AWAITING, Role.USER): 1,
    (Status.AWAITING, Role.EXPERT): 3,
    (Status.AWAITING, Role.OPERATOR): 1,
    (Status.AGREED, Role.USER): 2,
    (Status.AGREED, Role.EXPERT): 2,
    (Status.AGREED, Role.OPERATOR): 1,
    (Status.REJECTED, Role.USER): 1,
    (Status.REJECTED, Role.EXPERT): 1,
    (Status.UNDER_REVIEW, Role.OPERATOR): 4,
    (Status.HELD, Role.USER): 1,
}


@pytest.mark.django_db
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("role", Role)
def test_what_a_page_offers_is_carried_out(status: Status, role: Role) -> None:
    """Each offered action, with everything typed, is refused only for what was typed: never."""
    meeting = make_meeting(status)
    now = max(event.at for event in meeting.events.all())
    entry = answered_in_full(meeting)
    offered = workflow.open_actions(meeting, role, now)
    assert len(offered) == OFFERED.get((status, role), 0), [row.action for row in offered]
    for row in offered:
        assert refusal(make_meeting(status), row.action, role, now, entry) is None, row.action


@pytest.mark.django_db
@pytest.mark.parametrize(
    "action", [row.action for row in TRANSITIONS if row.by is Role.CLOCK and row.sources == (Status.AGREED,)]
)
def test_the_clock_evaluates_nothing_before_its_end(action: Action) -> None:
    meeting = agreed()
    before = meeting.ends_at - timedelta(seconds=1)
    assert refusal(meeting, action, Role.CLOCK, before, Entry()) is not None
    assert Meeting.objects.get(pk=meeting.pk).status == Status.AGREED


@pytest.mark.django_db
def test_nothing_is_open_in_a_final_status_but_the_review_and_the_reversal() -> None:
    meeting = closed_by_silence()
    now = meeting.closes_by_silence_at + DAY
    offered = {role: [row.action for row in workflow.open_actions(meeting, role, now)] for role in Role}
    assert offered == {
        Role.USER: [Action.REVIEW],
        Role.EXPERT: [],
        Role.OPERATOR: [Action.REVERSE],
        Role.CLOCK: [],
    }


def _is_a_sentence(words: str | None) -> bool:
    return words is not None and words[0].isupper() and words.endswith(".")


def _public_functions(module: Any) -> set[Any]:
    return {
        value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    } - {checks.start_problem, checks.overlaps}


def test_each_action_of_a_form_says_what_was_done() -> None:
    forms = [
        row for row in TRANSITIONS if row.by in PARTIES and row.action not in (Action.SUGGEST, Action.JOIN)
    ]
    assert [f"{row.action} by {row.by}" for row in forms if not row.done] == []
    for row in forms:
        assert "%" not in str(row.done) % {"other": "Eva", "status": "Agreed"}
