"""What the page says will happen is what happens, at that instant and not a second before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from meetings.explain.inaction import prospect
from meetings.models import Meeting
from meetings.vocabulary import Action, Progress, Role, Status
from tests.meetings.scenarios import (
    BY_EXPERT,
    BY_USER,
    NOW,
    act,
    after_end,
    agreed,
    let_time_pass,
    make_meeting,
    suggest,
    with_alternative,
)
from tests.meetings.snapshot import credits_of
from tests.pages import as_person

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def accused(*, by: Role, attended: bool) -> Meeting:
    """Let one party say that the other was absent, who was there or was not."""
    meeting = agreed()
    if attended:
        act(meeting, Action.JOIN, by.other, now=meeting.starts_at)
    return act(meeting, Action.RECORD, by, now=after_end(meeting), progress=Progress.OTHERS_FAULT)


def praised() -> Meeting:
    meeting = agreed()
    return act(meeting, Action.RECORD, BY_EXPERT, now=after_end(meeting), progress=Progress.SMOOTH)


EXPIRES = "The request expires, because it was not approved before the start."
RELEASED, STAYS = "30 credits of the user are released.", "No credits move."
CHARGED = "30 credits are charged to the user; the expert gets 24."
BLOCKED = "Until the decision the credits stay blocked."
DISAGREE = "The operator decides, because the answer and the attendance do not agree."

CASES: list[tuple[Callable[[], Meeting], Role, str, str, Status, int]] = [
    (suggest, BY_USER, EXPIRES, RELEASED, Status.EXPIRED, 30),
    (lambda: suggest(by=BY_EXPERT), BY_USER, EXPIRES, STAYS, Status.EXPIRED, 0),
    (agreed, BY_USER, "The meeting counts as held.", CHARGED, Status.HELD, 0),
    (lambda: agreed(price=0), BY_USER, "The meeting counts as held.", STAYS, Status.HELD, 0),
    (praised, BY_EXPERT, "The meeting counts as held.", CHARGED, Status.HELD, 0),
    (
        lambda: accused(by=BY_USER, attended=False),
        BY_USER,
        "The meeting counts as not held because of the expert.",
        RELEASED,
        Status.NOT_HELD,
        30,
    ),
    (
        lambda: accused(by=BY_EXPERT, attended=False),
        BY_EXPERT,
        "The meeting counts as not held because of the user.",
        CHARGED,
        Status.NOT_HELD,
        0,
    ),
    (lambda: accused(by=BY_USER, attended=True), BY_USER, DISAGREE, BLOCKED, Status.UNDER_REVIEW, 0),
    (lambda: accused(by=BY_EXPERT, attended=True), BY_EXPERT, DISAGREE, BLOCKED, Status.UNDER_REVIEW, 0),
    (
        lambda: with_alternative(BY_USER),
        BY_EXPERT,
        "The alternative date lapses; the meeting goes on with the original date.",
        STAYS,
        Status.AGREED,
        0,
    ),
]


@pytest.mark.parametrize(("road", "role", "what", "credits_say", "becomes", "released"), CASES)
def test_what_is_said_happens(
    road: Callable[[], Meeting], role: Role, what: str, credits_say: str, becomes: Status, released: int
) -> None:
    meeting = road()
    said = prospect(meeting, role, after_end(meeting) if meeting.answers.exists() else NOW)
    assert said is not None
    assert said.at is not None
    assert (said.what, said.credits) == (what, credits_say)
    before = (meeting.status, meeting.revision, credits_of(meeting))
    early = let_time_pass(meeting, said.at - SECOND)
    assert (early.status, early.revision, credits_of(early)) == before
    done = let_time_pass(meeting, said.at)
    assert done.status == becomes
    assert done.revision == before[1] + 1
    assert credits_of(done).user - before[2].user == released


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED, Status.HELD, Status.NOT_HELD])
def test_nothing_happens_to_what_is_closed(status: Status) -> None:
    meeting = make_meeting(status)
    assert prospect(meeting, BY_USER, NOW) is None


def test_under_review_the_operator_decides() -> None:
    said = prospect(make_meeting(Status.UNDER_REVIEW), BY_USER, NOW)
    assert said is not None
    assert (said.at, said.what) == (None, "Nothing happens by itself: the operator decides.")


def test_a_rejected_meeting_closes_at_its_start() -> None:
    meeting = make_meeting(Status.REJECTED)
    said = prospect(meeting, BY_USER, NOW)
    assert said is not None
    assert said.at == meeting.starts_at
    assert prospect(meeting, BY_USER, meeting.starts_at) is None


@pytest.mark.parametrize("answer", [Progress.SMOOTH, Progress.OTHERS_FAULT])
def test_the_page_does_not_betray_what_the_other_party_answered(answer: Progress) -> None:
    meeting = agreed()
    act(meeting, Action.RECORD, BY_EXPERT, now=after_end(meeting), progress=answer)
    said = prospect(Meeting.objects.get(), BY_USER, after_end(meeting))
    assert said is not None
    assert said.what == "The answer of the other party stands, unless the attendance contradicts it."


@pytest.mark.parametrize("status", Status)
def test_the_page_shows_it_on_the_readers_clock(status: Status) -> None:
    meeting = make_meeting(status, now=timezone.now())
    page: Any = as_person(meeting.student).get(meeting.get_absolute_url())
    closed = page.context["prospect"] is None
    assert ("What happens if you do nothing" in page.content.decode()) is not closed
