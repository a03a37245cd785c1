"""After the meeting: both decision tables, row by row, and the operator's decision."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from meetings.action import ActionRefused
from meetings.lifecycle.evaluation import BY_ANSWERS, BY_SILENCE
from meetings.models import Answer, Meeting
from meetings.vocabulary import Action, Evaluation, Progress, Role, Status
from tests.credits import books
from tests.meetings.scenarios import DAY, HOUR, act, agreed, join, let_time_pass, make_meeting
from tests.meetings.snapshot import Credits, Trace, credits_of, everything, labels

pytestmark = pytest.mark.django_db

USER, EXPERT = Role.USER, Role.EXPERT
SMOOTH, MINE, THEIRS = Progress.SMOOTH, Progress.MY_FAULT, Progress.OTHERS_FAULT
FREE, BLOCKED, PAID = Credits(100, 0, 0, 0), Credits(70, 30, 0, 0), Credits(70, 0, 24, 6)


@dataclass(frozen=True)
class Outcome:
    status: str
    payment: str
    events: list[str]
    credits: Credits
    told: str | None

    @property
    def told_to_both(self) -> list[tuple[str, str]]:
        return [("user", self.told), ("expert", self.told)] if self.told else []


AUTO, REIMBURSED = "Meeting evaluated automatically", "Appointment reimbursed to expert"
WAITS = Outcome("Agreed", "Blocked", [], BLOCKED, None)
HELD = Outcome("Held", "Reimbursed", [AUTO, REIMBURSED], PAID, "Meeting evaluated")
USER_ABSENT = Outcome("Not held", "Reimbursed", [AUTO, REIMBURSED], PAID, "Meeting evaluated")
EXPERT_ABSENT = Outcome("Not held", "Returned", [AUTO], FREE, "Meeting evaluated")
REVIEW = Outcome(
    "Under review", "Blocked", ["Sent to the operator for review"], BLOCKED, "Meeting under review"
)
BY = {USER: "Meeting progress recorded by user", EXPERT: "Meeting progress recorded by expert"}


def say(meeting: Meeting, role: Role, progress: Progress, **typed: Any) -> Meeting:
    """Record a party's answer an hour after the end."""
    stars = {"stars": 5} if (role, progress) == (USER, SMOOTH) else {}
    return act(meeting, Action.RECORD, role, now=meeting.ends_at + HOUR, progress=progress, **stars | typed)


def assert_found(meeting: Meeting, outcome: Outcome, trace: Trace, *, first: list[str], price: int) -> None:
    assert labels(meeting) == (outcome.status, outcome.payment)
    assert trace.events() == first + outcome.events
    assert credits_of(meeting) == (outcome.credits if price else FREE)
    assert trace.told(meeting) == outcome.told_to_both
    books.assert_in_order()


FIRST = [
    (USER, SMOOTH, HELD),
    (USER, MINE, USER_ABSENT),
    (EXPERT, MINE, EXPERT_ABSENT),
    (EXPERT, SMOOTH, WAITS),
    (EXPERT, THEIRS, WAITS),
    (USER, THEIRS, WAITS),
]


@pytest.mark.parametrize("price", [30, 0])
@pytest.mark.parametrize(("role", "progress", "outcome"), FIRST)
def test_the_first_answer(role: Role, progress: Progress, outcome: Outcome, price: int) -> None:
    meeting = agreed(price=price)
    trace = Trace()
    say(meeting, role, progress)
    assert_found(meeting, outcome, trace, first=[BY[role]], price=price)


SECOND = [
    ((EXPERT, SMOOTH), (USER, SMOOTH), HELD),
    ((EXPERT, SMOOTH), (USER, MINE), USER_ABSENT),
    ((EXPERT, SMOOTH), (USER, THEIRS), REVIEW),
    ((EXPERT, THEIRS), (USER, SMOOTH), HELD),
    ((EXPERT, THEIRS), (USER, MINE), USER_ABSENT),
    ((EXPERT, THEIRS), (USER, THEIRS), REVIEW),
    ((USER, THEIRS), (EXPERT, MINE), EXPERT_ABSENT),
    ((USER, THEIRS), (EXPERT, SMOOTH), REVIEW),
    ((USER, THEIRS), (EXPERT, THEIRS), REVIEW),
]


@pytest.mark.parametrize("price", [30, 0])
@pytest.mark.parametrize(("one", "two", "outcome"), SECOND)
def test_the_second_answer(one: Any, two: Any, outcome: Outcome, price: int) -> None:
    meeting = agreed(price=price)
    say(meeting, *one)
    trace = Trace()
    say(meeting, *two)
    assert_found(meeting, outcome, trace, first=[BY[two[0]]], price=price)


# Who answered what, who joined, and what 168 hours make of it.
SILENCE = [
    (None, (), HELD),
    (None, (EXPERT,), HELD),
    (None, (USER,), HELD),
    (None, (USER, EXPERT), HELD),
    ((EXPERT, SMOOTH), (), HELD),
    ((EXPERT, SMOOTH), (USER, EXPERT), HELD),
    ((EXPERT, THEIRS), (), USER_ABSENT),
    ((EXPERT, THEIRS), (EXPERT,), USER_ABSENT),
    ((EXPERT, THEIRS), (USER,), REVIEW),
    ((EXPERT, THEIRS), (USER, EXPERT), REVIEW),
    ((USER, THEIRS), (), EXPERT_ABSENT),
    ((USER, THEIRS), (USER,), EXPERT_ABSENT),
    ((USER, THEIRS), (EXPERT,), REVIEW),
    ((USER, THEIRS), (USER, EXPERT), REVIEW),
]


@pytest.mark.parametrize("price", [30, 0])
@pytest.mark.parametrize(("answer", "present", "outcome"), SILENCE)
def test_after_168_hours(answer: Any, present: Any, outcome: Outcome, price: int) -> None:
    meeting = agreed(price=price)
    join(meeting, *present)
    if answer:
        say(meeting, *answer)
    trace = Trace()
    let_time_pass(meeting, meeting.closes_by_silence_at)
    assert_found(meeting, outcome, trace, first=[], price=price)


def test_both_tables_are_tested_whole() -> None:
    firsts = {((role, progress),) for role, progress, _outcome in FIRST}
    seconds = {(one, two) for one, two, _outcome in SECOND}
    assert len(firsts) + len({frozenset(pair) for pair in seconds}) == len(BY_ANSWERS)
    assert len({answer for answer, _present, _outcome in SILENCE}) == len(BY_SILENCE)


@pytest.mark.parametrize(
    ("answer", "present", "flagged"),
    [
        (None, (), True),
        (None, (USER,), True),
        (None, (EXPERT,), False),
        ((EXPERT, SMOOTH), (), True),
        ((EXPERT, THEIRS), (), True),
        ((EXPERT, THEIRS), (EXPERT,), False),
        ((USER, THEIRS), (), False),
    ],
)
def test_silence_that_pays_an_unseen_expert_is_flagged(answer: Any, present: Any, flagged: bool) -> None:
    meeting = agreed()
    join(meeting, *present)
    if answer:
        say(meeting, *answer)
    assert let_time_pass(meeting, meeting.closes_by_silence_at).is_flagged == flagged


def test_silence_about_a_free_meeting_is_not_flagged() -> None:
    meeting = agreed(price=0)
    assert let_time_pass(meeting, meeting.closes_by_silence_at).is_flagged is False


def test_what_the_parties_said_is_not_flagged() -> None:
    assert say(agreed(), USER, SMOOTH).is_flagged is False


def test_attendance_at_an_earlier_date_does_not_count() -> None:
    """The expert joined early, then the meeting was moved, and nobody came."""
    meeting = agreed()
    early = meeting.starts_at - timedelta(minutes=10)
    act(meeting, Action.JOIN, EXPERT, now=early)
    act(meeting, Action.RESCHEDULE, USER, now=early, starts_at=meeting.starts_at + DAY)
    moved = act(meeting, Action.CONFIRM_ALTERNATIVE, EXPERT, now=early)
    say(moved, USER, THEIRS)
    assert labels(let_time_pass(moved, moved.closes_by_silence_at)) == ("Not held", "Returned")


@pytest.mark.parametrize(("role", "progress", "_outcome"), FIRST)
def test_answers_cannot_be_changed(role: Role, progress: Progress, _outcome: Outcome) -> None:
    meeting = agreed()
    say(meeting, role, progress)
    before = everything()
    with pytest.raises(ActionRefused):
        say(meeting, role, SMOOTH)
    assert everything() == before


def test_the_second_answer_of_one_party_is_refused_with_a_sentence() -> None:
    meeting = agreed()
    say(meeting, EXPERT, SMOOTH)
    with pytest.raises(ActionRefused, match="You have already said how this meeting went"):
        say(meeting, EXPERT, MINE)


@pytest.mark.parametrize("stars", [None, 0, 6, -1])
def test_a_contented_user_gives_one_to_five_stars(stars: int | None) -> None:
    meeting = agreed()
    before = everything()
    with pytest.raises(ActionRefused, match="Please give one to five stars"):
        say(meeting, USER, SMOOTH, stars=stars)
    assert everything() == before


@pytest.mark.parametrize("stars", [1, 5])
def test_the_stars_are_kept(stars: int) -> None:
    meeting = say(agreed(), USER, SMOOTH, stars=stars)
    assert Answer.objects.get(meeting=meeting).stars == stars


@pytest.mark.parametrize(("role", "progress"), [(USER, THEIRS), (USER, MINE), (EXPERT, SMOOTH)])
def test_stars_left_over_from_another_choice_are_not_kept(role: Role, progress: Progress) -> None:
    meeting = say(agreed(), role, progress, stars=4)
    assert Answer.objects.get(meeting=meeting).stars is None


def test_how_it_went_must_be_chosen() -> None:
    meeting = agreed()
    with pytest.raises(ActionRefused, match="Please choose how the meeting went"):
        act(meeting, Action.RECORD, USER, now=meeting.ends_at, stars=5)


DECISIONS = [
    (Action.FIND_HELD, HELD),
    (Action.FIND_USER_ABSENT, USER_ABSENT),
    (Action.FIND_EXPERT_ABSENT, EXPERT_ABSENT),
]


@pytest.mark.parametrize("price", [30, 0])
@pytest.mark.parametrize(("action", "outcome"), DECISIONS)
def test_the_operator_decides_what_is_under_review(action: Action, outcome: Outcome, price: int) -> None:
    meeting = make_meeting(Status.UNDER_REVIEW, price=price)
    trace = Trace()
    after = act(meeting, action, Role.OPERATOR, now=meeting.ends_at + 300 * DAY, words="Both wrote to me")
    assert labels(after) == (outcome.status, outcome.payment)
    assert trace.events() == ["Meeting evaluated by operator", *outcome.events[1:]]
    assert trace.told(after) == outcome.told_to_both
    assert credits_of(after) == (outcome.credits if price else FREE)
    assert trace.new_events()[0].words == "Both wrote to me"
    assert (after.evaluation, after.is_flagged) == (Evaluation.OPERATOR, False)


@pytest.mark.parametrize(("action", "_outcome"), DECISIONS)
def test_a_decision_needs_a_note(action: Action, _outcome: Outcome) -> None:
    meeting = make_meeting(Status.UNDER_REVIEW)
    with pytest.raises(ActionRefused, match="Please write the reason"):
        act(meeting, action, Role.OPERATOR, now=meeting.ends_at + DAY, words=" ")


def test_what_is_under_review_is_never_evaluated_automatically() -> None:
    meeting = make_meeting(Status.UNDER_REVIEW)
    before = everything()
    let_time_pass(meeting, meeting.ends_at + 1000 * DAY)
    assert everything() == before


@pytest.mark.parametrize(
    ("road", "found"), [("answers", Evaluation.ANSWERS), ("silence", Evaluation.SILENCE)]
)
def test_an_evaluation_knows_what_it_was_made_from(road: str, found: Evaluation) -> None:
    meeting = agreed()
    if road == "answers":
        after = say(meeting, USER, SMOOTH)
    else:
        after = let_time_pass(meeting, meeting.closes_by_silence_at)
    assert after.evaluation == found
    facts = after.events.get(kind="evaluated_automatically").facts
    assert facts | {"outcome": "held", "evaluation": found} == facts


@pytest.mark.parametrize(("price", "share"), [(1, 0), (4, 0), (5, 1), (9, 1), (15, 3), (99, 19)])
def test_the_share_of_an_odd_price_is_rounded_down(price: int, share: int) -> None:
    meeting = say(agreed(price=price), USER, SMOOTH)
    assert credits_of(meeting) == (100 - price, 0, price - share, share)
