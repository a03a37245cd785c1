"""What counts as an earlier dispute of a person."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from meetings.admin.disputes import MOST, earlier_disputes
from meetings.models import Meeting
from meetings.vocabulary import Action, Progress, Role, Status
from tests.factories import PersonFactory
from tests.meetings.scenarios import (
    BY_EXPERT,
    BY_USER,
    DAY,
    act,
    after_end,
    agreed,
    closed_by_silence,
    make_meeting,
)

pytestmark = pytest.mark.django_db

SMOOTH, MINE, THEIRS = Progress.SMOOTH, Progress.MY_FAULT, Progress.OTHERS_FAULT


@pytest.fixture
def student() -> User:
    return PersonFactory.create(credits=10_000)


@pytest.fixture
def now_judged(student: User) -> Meeting:
    return make_meeting(Status.UNDER_REVIEW, student=student)


def answered(student: User, expert: Progress, user: Progress) -> Meeting:
    """The expert's answer comes first, so that both are known."""
    meeting = agreed(student=student)
    act(meeting, Action.RECORD, BY_EXPERT, now=after_end(meeting), progress=expert)
    stars = {"stars": 5} if user is SMOOTH else {}
    return act(meeting, Action.RECORD, BY_USER, now=after_end(meeting), progress=user, **stars)


def operator_does(meeting: Meeting, action: Action) -> Meeting:
    return act(meeting, action, Role.OPERATOR, now=timezone.now(), words="x")


def found(student: User, besides: Meeting) -> list[Meeting]:
    return [dispute.meeting for dispute in earlier_disputes(student, besides=besides)]


def test_the_meeting_itself_is_none(student: User, now_judged: Meeting) -> None:
    assert found(student, now_judged) == []


def test_what_is_or_was_under_review_counts_however_it_ended(student: User, now_judged: Meeting) -> None:
    open_one = make_meeting(Status.UNDER_REVIEW, student=student)
    decided = operator_does(make_meeting(Status.UNDER_REVIEW, student=student), Action.FIND_HELD)
    cancelled = operator_does(make_meeting(Status.UNDER_REVIEW, student=student), Action.CANCEL)
    assert set(found(student, now_judged)) == {open_one, decided, cancelled}


def test_a_reversed_evaluation_counts_and_one_by_silence_does_not(student: User, now_judged: Meeting) -> None:
    closed_by_silence(student=student)
    reversed_one = operator_does(closed_by_silence(student=student), Action.REVERSE)
    assert found(student, now_judged) == [reversed_one]


def test_blame_that_the_other_did_not_admit_counts(student: User, now_judged: Meeting) -> None:
    contradicting = answered(student, THEIRS, SMOOTH)
    assert contradicting.status == Status.HELD
    assert found(student, now_judged) == [contradicting]


def test_agreement_and_admitted_blame_do_not_count(student: User, now_judged: Meeting) -> None:
    answered(student, SMOOTH, SMOOTH)
    answered(student, THEIRS, MINE)
    make_meeting(Status.NOT_HELD, student=student)
    make_meeting(Status.CANCELLED, student=student)
    make_meeting(Status.UNDER_REVIEW)
    assert found(student, now_judged) == []


def test_it_says_in_which_role_with_whom_and_what_both_said(student: User, now_judged: Meeting) -> None:
    other = make_meeting(Status.UNDER_REVIEW, student=student)
    [dispute] = earlier_disputes(student, besides=now_judged)
    assert (dispute.role, dispute.opponent) == (Role.USER, other.expert)
    assert dispute.user_said == THEIRS.label
    assert dispute.expert_said == SMOOTH.label
    [of_expert] = earlier_disputes(other.expert, besides=now_judged)
    assert (of_expert.role, of_expert.opponent) == (Role.EXPERT, student)


def test_the_latest_stand_first_and_they_are_bounded(
    student: User, now_judged: Meeting, django_assert_num_queries: Any
) -> None:
    rows = [
        make_meeting(Status.UNDER_REVIEW, student=student, starts_in=number * DAY)
        for number in range(1, MOST + 2)
    ]
    with django_assert_num_queries(2):
        assert found(student, now_judged) == rows[:0:-1]
