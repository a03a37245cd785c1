"""Words about an expert: one text per user and expert, one bonus, whatever happens to the text."""

from typing import Any

import pytest

from accounts.models import Service, User
from credits import ledger
from meetings.action import ActionRefused
from meetings.models import Meeting, Review, Terms
from meetings.vocabulary import Action, Progress, Role
from tests.factories import PersonFactory, ServiceFactory
from tests.meetings.scenarios import DAY, HOUR, act, agreed, closed_by_silence
from tests.meetings.snapshot import Trace, everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def student() -> User:
    return PersonFactory.create(credits=100)


@pytest.fixture
def service() -> Service:
    return ServiceFactory.create(price=30)


def held(student: User, service: Service, *, words: str | None = None, **how: Any) -> Meeting:
    """Hold a meeting that the user finds smooth, perhaps in words."""
    meeting = agreed(student=student, service=service, **how)
    typed = {"progress": Progress.SMOOTH, "stars": 5, "review": words}
    return act(meeting, Action.RECORD, Role.USER, now=meeting.ends_at + HOUR, **typed)


def write(meeting: Meeting, words: str | None, days_later: int = 30) -> Meeting:
    now = meeting.ends_at + days_later * DAY
    return act(meeting, Action.REVIEW, Role.USER, now=now, review=words)


def owned(person: User) -> int:
    return ledger.balance(person).owned


def texts() -> list[str]:
    return list(Review.objects.values_list("text", flat=True))


def test_words_given_with_the_answer_earn_the_bonus(student: User, service: Service) -> None:
    trace = Trace()
    meeting = held(student, service, words="  Very clear.\n")
    assert texts() == ["Very clear."]
    assert owned(student) == 100 - 30 + 10
    assert trace.events()[-3:] == [
        "Meeting progress recorded by user",
        "Meeting evaluated automatically",
        "Appointment reimbursed to expert",
    ]
    assert trace.told(meeting)[-1:] == [("user", "Bonus credits for verbal evaluation")]


def test_words_written_later_earn_the_bonus(student: User, service: Service) -> None:
    meeting = held(student, service)
    trace = Trace()
    write(meeting, "Very clear.", days_later=700)
    assert (texts(), owned(student)) == (["Very clear."], 80)
    assert trace.events() == []
    assert trace.told(meeting) == [("user", "Bonus credits for verbal evaluation")]


def test_editing_earns_nothing(student: User, service: Service) -> None:
    meeting = held(student, service, words="Good.")
    trace = Trace()
    write(meeting, "Very good.")
    assert (texts(), owned(student), trace.told(meeting)) == (["Very good."], 80, [])


def test_clearing_and_writing_anew_earns_nothing(student: User, service: Service) -> None:
    meeting = held(student, service, words="Good.")
    write(meeting, "")
    assert (texts(), owned(student)) == ([""], 80)
    write(meeting, "Very good.", days_later=31)
    assert (texts(), owned(student)) == (["Very good."], 80)


def test_a_second_meeting_with_the_same_expert_edits_the_one_text(student: User, service: Service) -> None:
    held(student, service, words="Good.")
    held(student, service, words="Still good.")
    assert (texts(), owned(student)) == (["Still good."], 100 - 30 - 30 + 10)


def test_a_second_meeting_without_words_leaves_the_text(student: User, service: Service) -> None:
    held(student, service, words="Good.")
    held(student, service, words=None)
    assert texts() == ["Good."]


def test_each_expert_earns_a_user_their_own_bonus(student: User, service: Service) -> None:
    held(student, service, words="Good.")
    held(student, ServiceFactory.create(price=30), words="Good too.")
    assert owned(student) == 100 - 60 + 20


def test_each_user_earns_their_own_bonus(student: User, service: Service) -> None:
    other = PersonFactory.create(credits=100)
    held(student, service, words="Good.")
    held(other, service, words="Good too.")
    assert (owned(student), owned(other)) == (80, 80)


def test_words_about_a_free_meeting_earn_nothing(student: User, service: Service) -> None:
    held(student, service, price=0, words="Good.")
    assert (texts(), owned(student)) == (["Good."], 100)


def test_words_first_written_about_a_free_meeting_earn_nothing_later(student: User, service: Service) -> None:
    """There is one text per user and expert, and only the first text can earn."""
    held(student, service, price=0, words="Good.")
    held(student, service, words="Still good.")
    assert (texts(), owned(student)) == (["Still good."], 70)


@pytest.mark.parametrize("words", ["", "  \n", None])
def test_no_words_are_no_review(student: User, service: Service, words: str | None) -> None:
    held(student, service, words=words)
    assert (texts(), owned(student)) == ([], 70)


@pytest.mark.parametrize("words", ["", "  \n", None])
def test_a_first_text_without_words_is_refused(student: User, service: Service, words: str | None) -> None:
    meeting = held(student, service)
    before = everything()
    with pytest.raises(ActionRefused, match="Please write your evaluation in words"):
        write(meeting, words)
    assert everything() == before


def test_no_words_first_and_words_later_earn_the_bonus(student: User, service: Service) -> None:
    meeting = held(student, service, words="")
    write(meeting, "Good.")
    assert (texts(), owned(student)) == (["Good."], 80)


def test_the_bonus_is_what_the_operator_set(student: User, service: Service) -> None:
    Terms.objects.create(bonus=3)
    held(student, service, words="Good.")
    assert owned(student) == 73


def test_a_bonus_of_nothing_is_no_movement(student: User, service: Service) -> None:
    Terms.objects.create(bonus=0)
    trace = Trace()
    meeting = held(student, service, words="Good.")
    assert (texts(), owned(student)) == (["Good."], 70)
    assert ("user", "Bonus credits for verbal evaluation") not in trace.told(meeting)


@pytest.mark.parametrize("progress", [Progress.MY_FAULT, Progress.OTHERS_FAULT])
def test_words_about_a_meeting_that_was_not_held_are_not_kept(
    student: User, service: Service, progress: Progress
) -> None:
    meeting = agreed(student=student, service=service)
    typed = {"progress": progress, "review": "Nobody came."}
    act(meeting, Action.RECORD, Role.USER, now=meeting.ends_at, **typed)
    assert texts() == []


def test_words_can_follow_a_silent_evaluation() -> None:
    meeting = closed_by_silence()
    write(meeting, "Good.")
    assert (texts(), owned(meeting.student)) == (["Good."], 80)


def test_the_expert_reviews_nobody(student: User, service: Service) -> None:
    meeting = held(student, service)
    with pytest.raises(ActionRefused):
        act(meeting, Action.REVIEW, Role.EXPERT, now=meeting.ends_at + DAY, review="Good.")


def test_a_review_leaves_the_revision(student: User, service: Service) -> None:
    meeting = held(student, service)
    assert write(meeting, "Good.").revision == meeting.revision
