"""The operator takes back an evaluation by silence: once, with exact credits."""

from typing import Any

import pytest

from credits import ledger
from credits.models import AccountKind
from meetings.action import ActionRefused
from meetings.models import Meeting
from meetings.vocabulary import Action, Evaluation, Progress, Role, Status
from tests.credits import books
from tests.meetings.scenarios import DAY, HOUR, act, agreed, closed_by_silence, let_time_pass, make_meeting
from tests.meetings.snapshot import Trace, credits_of, everything, labels

pytestmark = pytest.mark.django_db

ONLY_SILENCE = "Only an evaluation by silence that was charged can be reversed, and only once."


def reverse(meeting: Meeting, **typed: Any) -> Meeting:
    now = meeting.closes_by_silence_at + DAY
    return act(meeting, Action.REVERSE, Role.OPERATOR, now=now, **{"words": "Never came"} | typed)


def spend(meeting: Meeting, amount: int) -> None:
    """Pay the expert out, so that this much is gone."""
    person, now = meeting.expert, meeting.closes_by_silence_at + HOUR
    ledger.payout(person, amount, reason="invoice", made_by=None, key=f"payout:{meeting.pk}", now=now)


def refused(meeting: Meeting, **typed: Any) -> str:
    before = everything()
    with pytest.raises(ActionRefused) as refusal:
        reverse(meeting, **typed)
    assert everything() == before
    return refusal.value.words


def test_everything_goes_back_where_it_came_from() -> None:
    meeting = closed_by_silence()
    assert credits_of(meeting) == (70, 0, 24, 6)
    trace = Trace()
    after = reverse(meeting)
    assert labels(after) == ("Not held", "Returned")
    assert credits_of(after) == (100, 0, 0, 0)
    assert trace.events() == ["Evaluation reversed by operator"]
    assert trace.told(after) == [
        ("user", "Evaluation reversed by operator"),
        ("expert", "Evaluation reversed by operator"),
    ]
    assert trace.new_events()[0].words == "Never came"


@pytest.mark.parametrize(
    ("spent", "from_expert", "platform_after"), [(0, 24, 0), (1, 23, -1), (20, 4, -20), (24, 0, -24)]
)
def test_what_the_expert_no_longer_has_the_platform_bears(
    spent: int, from_expert: int, platform_after: int
) -> None:
    meeting = closed_by_silence()
    if spent:
        spend(meeting, spent)
    trace = Trace()
    after = reverse(meeting)
    assert credits_of(after) == (100, 0, 0, platform_after)
    assert trace.new_events()[0].facts == {
        "refunded_credits": 30,
        "from_expert_credits": from_expert,
        "from_platform_credits": 30 - from_expert,
    }
    books.assert_in_order()


def test_what_the_expert_has_blocked_for_a_meeting_stays_blocked() -> None:
    """Only available credits are taken back."""
    meeting = closed_by_silence()
    taken = agreed(student=meeting.expert, price=20, now=meeting.closes_by_silence_at)
    reverse(meeting)
    assert ledger.balance(meeting.expert) == ledger.Balance(0, 20)
    assert books.platform(AccountKind.SHARE) == -20
    assert taken.status == Status.AGREED


def test_more_than_the_payment_is_not_taken_from_the_expert() -> None:
    meeting = closed_by_silence()
    key, now = "gift", meeting.closes_by_silence_at
    ledger.grant(meeting.expert, 1000, reason="gift", made_by=None, key=key, now=now)
    reverse(meeting)
    assert ledger.balance(meeting.expert).available == 1000


@pytest.mark.parametrize("price", [1, 15, 99])
def test_odd_prices_go_back_whole(price: int) -> None:
    meeting = closed_by_silence(price=price)
    assert credits_of(reverse(meeting)) == (100, 0, 0, 0)


def test_a_free_meeting_is_reversed_without_credits() -> None:
    meeting = closed_by_silence(price=0)
    after = reverse(meeting)
    assert (labels(after), credits_of(after)) == (("Not held", "Returned"), (100, 0, 0, 0))


def test_a_reversal_lowers_the_flag_and_keeps_the_origin() -> None:
    meeting = closed_by_silence()
    assert meeting.is_flagged
    after = reverse(meeting)
    assert (after.is_flagged, after.evaluation) == (False, Evaluation.SILENCE)


def test_a_silent_user_found_absent_is_paid_back_too() -> None:
    meeting = agreed()
    act(meeting, Action.RECORD, Role.EXPERT, now=meeting.ends_at, progress=Progress.OTHERS_FAULT)
    charged = let_time_pass(meeting, meeting.closes_by_silence_at)
    assert labels(charged) == ("Not held", "Reimbursed")
    assert credits_of(reverse(charged)) == (100, 0, 0, 0)


def test_it_is_done_only_once() -> None:
    meeting = closed_by_silence()
    reverse(meeting)
    assert refused(meeting) == ONLY_SILENCE


def test_it_needs_a_note() -> None:
    assert refused(closed_by_silence(), words=" ") == "Please write the reason in a few words."


@pytest.mark.parametrize("status", [Status.HELD, Status.NOT_HELD])
def test_what_the_parties_said_is_not_reversed(status: Status) -> None:
    assert refused(make_meeting(status)) == ONLY_SILENCE


def test_what_the_operator_decided_is_not_reversed() -> None:
    meeting = make_meeting(Status.UNDER_REVIEW)
    act(meeting, Action.FIND_HELD, Role.OPERATOR, now=meeting.ends_at + DAY, words="Held")
    assert refused(meeting) == ONLY_SILENCE


def test_silence_that_charged_nothing_is_not_reversed() -> None:
    meeting = agreed()
    act(meeting, Action.RECORD, Role.USER, now=meeting.ends_at, progress=Progress.OTHERS_FAULT)
    returned = let_time_pass(meeting, meeting.closes_by_silence_at)
    assert labels(returned) == ("Not held", "Returned")
    assert refused(returned) == ONLY_SILENCE


def test_the_bonus_and_the_words_stay() -> None:
    meeting = closed_by_silence()
    act(meeting, Action.REVIEW, Role.USER, now=meeting.closes_by_silence_at, review="Good.")
    reverse(meeting)
    assert ledger.balance(meeting.student).available == 110
    assert meeting.student.reviews_written.get().text == "Good."


def test_after_a_reversal_the_words_cannot_be_edited() -> None:
    meeting = closed_by_silence()
    reverse(meeting)
    with pytest.raises(ActionRefused, match="This meeting is “Not held” now"):
        act(meeting, Action.REVIEW, Role.USER, now=meeting.closes_by_silence_at + 2 * DAY, review="Bad.")
