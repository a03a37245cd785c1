"""What operators do with meetings: cancelling, deciding a review, reversing an evaluation by silence."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits import ledger
from credits.models import Posting, PostingKind
from meetings import audit
from meetings.admin.decisions import DECISIONS
from meetings.lifecycle import workflow
from meetings.lifecycle.transitions import TRANSITIONS
from meetings.models import Event, Meeting
from meetings.vocabulary import Action, EventKind, Payment, Role, Status
from notifications.models import Notification
from tests.factories import PersonFactory
from tests.meetings.page_forms import form_of
from tests.meetings.scenarios import BY_USER, act, agreed, closed_by_silence, make_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True)


@pytest.fixture
def site(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


def page(meeting: Meeting, action: Action) -> str:
    return reverse("admin:meetings_meeting_decide", args=[meeting.pk, action])


def decide(site: Client, meeting: Meeting, action: Action, reason: str = "Both agree by phone.") -> Any:
    shown = site.get(page(meeting, action))
    assert shown.status_code == 200
    return site.post(page(meeting, action), form_of(shown.text, reason=reason), follow=True)


def fresh(meeting: Meeting) -> Meeting:
    return Meeting.objects.get(pk=meeting.pk)


def state(meeting: Meeting) -> tuple[str, str]:
    return fresh(meeting).status, fresh(meeting).payment


def test_every_row_of_the_operator_has_its_decision() -> None:
    assert list(DECISIONS) == [row.action for row in TRANSITIONS if row.by is Role.OPERATOR]


@pytest.mark.parametrize("status", [Status.AWAITING, Status.AGREED, Status.UNDER_REVIEW])
def test_cancelling_returns_the_credits_and_tells_both(status: Status, site: Client, operator: User) -> None:
    meeting = make_meeting(status, now=timezone.now())
    shown = site.get(page(meeting, Action.CANCEL)).text
    assert f"30 credits are released and go back to {meeting.student.name}." in shown
    assert "Both parties are told the outcome and read this." in shown
    decide(site, meeting, Action.CANCEL, "The expert is ill.")
    assert state(meeting) == (Status.CANCELLED, Payment.RETURNED)
    event = Event.objects.get(meeting=meeting, kind=EventKind.CANCELLED_BY_OPERATOR)
    assert (event.actor, event.words) == (operator, "The expert is ill.")
    said = LogEntry.objects.get().change_message
    assert said.startswith(
        f"Cancel meeting: {status.label}, Blocked → Cancelled, Returned; 30 credits released"
    )
    assert said.endswith("Note: The expert is ill.")
    assert audit.differences() == []


@pytest.mark.parametrize(
    ("action", "status", "payment", "sentence", "expert_has"),
    [
        (Action.FIND_HELD, Status.HELD, Payment.REIMBURSED, "is charged 30 credits: 24 credits go to", 24),
        (Action.FIND_USER_ABSENT, Status.NOT_HELD, Payment.REIMBURSED, "is charged 30 credits", 24),
        (Action.FIND_EXPERT_ABSENT, Status.NOT_HELD, Payment.RETURNED, "30 credits are released", 0),
    ],
)
def test_a_review_is_decided(
    action: Action, status: Status, payment: Payment, sentence: str, expert_has: int, site: Client
) -> None:
    meeting = make_meeting(Status.UNDER_REVIEW)
    assert sentence in site.get(page(meeting, action)).text
    decide(site, meeting, action)
    assert state(meeting) == (status, payment)
    assert ledger.balance(meeting.expert).available == expert_has
    assert audit.differences() == []


def test_the_reversal_says_before_what_the_platform_bears(site: Client) -> None:
    meeting = closed_by_silence()
    ledger.payout(meeting.expert, 20, reason="x", made_by=None, key="test:payout", now=timezone.now())
    shown = site.get(page(meeting, Action.REVERSE)).text
    name = meeting.expert.name
    assert f"gets 30 credits back: 4 credits from {name}, the rest from the platform (26 credits)." in shown
    assert f"{name} no longer has 20 credits of the payment: the platform bears them." in shown
    decide(site, meeting, Action.REVERSE)
    assert state(meeting) == (Status.NOT_HELD, Payment.RETURNED)
    assert ledger.balance(meeting.expert).available == 0
    assert audit.differences() == []


def test_the_reversal_is_refused_when_its_numbers_have_changed(site: Client) -> None:
    meeting = closed_by_silence()
    shown = site.get(page(meeting, Action.REVERSE)).text
    assert "the platform bears" not in shown
    ledger.payout(meeting.expert, 20, reason="x", made_by=None, key="test:payout", now=timezone.now())
    answer = site.post(page(meeting, Action.REVERSE), form_of(shown, reason="She forgot it."))
    assert answer.status_code == 409
    assert "the numbers have changed" in answer.text
    assert "20 credits of the payment: the platform bears them." in answer.text
    assert "She forgot it." in answer.text
    assert state(meeting) == (Status.HELD, Payment.REIMBURSED)
    again = site.post(page(meeting, Action.REVERSE), form_of(answer.text, reason="She forgot it."))
    assert again.status_code == 302
    assert state(meeting) == (Status.NOT_HELD, Payment.RETURNED)


def test_the_page_of_the_meeting_offers_exactly_what_is_open(site: Client) -> None:
    for status in Status:
        meeting = make_meeting(status)
        shown = site.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).text
        offered = [action for action in DECISIONS if f"/decide/{action}/" in shown]
        rows = workflow.open_actions(fresh(meeting), Role.OPERATOR, timezone.now())
        assert offered == [row.action for row in rows]


def test_a_closed_decision_is_refused_with_the_reason(site: Client) -> None:
    meeting = make_meeting(Status.HELD)
    answer = site.get(page(meeting, Action.CANCEL), follow=True)
    assert "This meeting is “Held” now" in answer.text
    assert site.post(page(meeting, Action.CANCEL), {}).status_code == 409
    assert state(meeting) == (Status.HELD, Payment.REIMBURSED)


@pytest.mark.parametrize("action", [Action.CONFIRM, Action.CANCEL_LATE, Action.EXPIRE, "nonsense"])
def test_actions_of_others_have_no_page(action: Action, site: Client) -> None:
    meeting = agreed()
    assert site.get(page(meeting, action)).status_code == 404
    assert site.post(page(meeting, action), {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("reason", ["", "  "])
def test_the_note_is_required(reason: str, site: Client) -> None:
    meeting = make_meeting(Status.UNDER_REVIEW)
    answer = decide(site, meeting, Action.FIND_HELD, reason)
    assert "This field is required." in answer.text
    assert state(meeting) == (Status.UNDER_REVIEW, Payment.BLOCKED)


def test_a_repeated_request_acts_and_is_logged_once(site: Client) -> None:
    meeting = make_meeting(Status.UNDER_REVIEW)
    form = form_of(site.get(page(meeting, Action.FIND_HELD)).text, reason="Seen by both.")
    for _ in range(2):
        answer = site.post(page(meeting, Action.FIND_HELD), form, follow=True)
        assert "Done: Decide: held." in answer.text
    assert Event.objects.filter(meeting=meeting, kind=EventKind.EVALUATED_BY_OPERATOR).count() == 1
    assert LogEntry.objects.count() == 1
    assert ledger.balance(meeting.expert).available == 24


def test_a_stale_page_is_refused_and_keeps_what_was_typed(site: Client) -> None:
    now = timezone.now()
    meeting = agreed(now=now)
    form = form_of(site.get(page(meeting, Action.CANCEL)).text, reason="A long explanation.")
    start = meeting.starts_at + timedelta(days=1)
    act(meeting, Action.RESCHEDULE, BY_USER, now=now, starts_at=start)
    answer = site.post(page(meeting, Action.CANCEL), form)
    assert answer.status_code == 409
    assert "The meeting has changed since you looked at it." in answer.text
    assert "A long explanation." in answer.text
    assert state(meeting) == (Status.AGREED, Payment.BLOCKED)
    again = site.post(page(meeting, Action.CANCEL), form_of(answer.text, reason="A long explanation."))
    assert again.status_code == 302
    assert state(meeting) == (Status.CANCELLED, Payment.RETURNED)


def test_two_operators_decide_once(site: Client, client: Client) -> None:
    meeting = make_meeting(Status.UNDER_REVIEW)
    mine = form_of(site.get(page(meeting, Action.FIND_HELD)).text, reason="Held.")
    other = Client()
    other.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    theirs = form_of(other.get(page(meeting, Action.FIND_EXPERT_ABSENT)).text, reason="Absent.")
    assert other.post(page(meeting, Action.FIND_EXPERT_ABSENT), theirs).status_code == 302
    answer = site.post(page(meeting, Action.FIND_HELD), mine)
    assert answer.status_code == 409
    assert state(meeting) == (Status.NOT_HELD, Payment.RETURNED)
    assert audit.differences() == []


# --- Goodwill --------------------------------------------------------------------------------------


def cancel(site: Client, meeting: Meeting, **goodwill: str) -> tuple[Any, dict[str, str]]:
    """Send the form of cancelling once; return the answer, and the form that it carries."""
    first = form_of(site.get(page(meeting, Action.CANCEL)).text, reason="The room was down.", **goodwill)
    answer = site.post(page(meeting, Action.CANCEL), first)
    return answer, form_of(answer.text, reason="The room was down.", **goodwill)


def test_goodwill_credits_are_foretold_then_granted_told_and_logged(site: Client, operator: User) -> None:
    meeting = agreed(now=timezone.now())
    answer, form = cancel(site, meeting, for_user="15", for_expert="")
    assert answer.status_code == 409
    assert f"{meeting.student.name} gets 15 credits more out of goodwill" in answer.text
    assert "Nothing was done yet." in answer.text
    assert state(meeting) == (Status.AGREED, Payment.BLOCKED)
    assert site.post(page(meeting, Action.CANCEL), form).status_code == 302
    assert state(meeting) == (Status.CANCELLED, Payment.RETURNED)
    assert ledger.balance(meeting.student).available == 115
    assert ledger.balance(meeting.expert).available == 0
    posting = Posting.objects.get(kind=PostingKind.GRANT, made_by=operator)
    assert (posting.reason, posting.reference) == ("The room was down.", meeting.reference)
    told = Notification.objects.filter(recipient=meeting.student, kind="credits_granted")
    assert told.filter(facts={"amount_credits": 15}).count() == 1
    logged = [(entry.object_id, entry.change_message) for entry in LogEntry.objects.order_by("pk")]
    said = f"Goodwill credits: 100 → 115. Note: {meeting.reference}"
    assert logged[1] == (str(meeting.student_id), said)
    assert audit.differences() == []


def test_both_can_get_goodwill_and_a_repeated_request_grants_once(site: Client) -> None:
    meeting = agreed(now=timezone.now())
    _answer, form = cancel(site, meeting, for_user="15", for_expert="5")
    for _ in range(2):
        assert "Done: Cancel meeting." in site.post(page(meeting, Action.CANCEL), form, follow=True).text
    assert ledger.balance(meeting.student).available == 115
    assert ledger.balance(meeting.expert).available == 5
    assert LogEntry.objects.count() == 3


@pytest.mark.parametrize("changed", [{"for_user": "16"}, {"for_user": ""}, {"for_expert": "1"}])
def test_a_form_that_comes_again_with_other_goodwill_grants_nothing(
    changed: dict[str, str], site: Client
) -> None:
    meeting = agreed(now=timezone.now())
    _answer, form = cancel(site, meeting, for_user="15", for_expert="")
    site.post(page(meeting, Action.CANCEL), form)
    assert site.post(page(meeting, Action.CANCEL), form | changed).status_code == 409
    assert ledger.balance(meeting.student).available == 115
    assert ledger.balance(meeting.expert).available == 0


@pytest.mark.parametrize("amount", ["0", "-1", "1.5", "x", "1000001"])
def test_only_whole_bounded_goodwill_is_granted(amount: str, site: Client) -> None:
    meeting = agreed(now=timezone.now())
    answer, form = cancel(site, meeting, for_user=amount, for_expert="")
    assert answer.status_code == 409
    assert site.post(page(meeting, Action.CANCEL), form).status_code == 409
    assert state(meeting) == (Status.AGREED, Payment.BLOCKED)


def test_goodwill_is_offered_only_to_who_may_grant_and_only_with_cancelling(site: Client) -> None:
    meeting = make_meeting(Status.UNDER_REVIEW)
    assert "for_user" in site.get(page(meeting, Action.CANCEL)).text
    assert "for_user" not in site.get(page(meeting, Action.FIND_HELD)).text
    support, client = PersonFactory.create(is_staff=True), Client()
    support.user_permissions.set(Permission.objects.filter(codename__in=["view_meeting", "change_meeting"]))
    client.force_login(support)
    shown = client.get(page(meeting, Action.CANCEL)).text
    assert "for_user" not in shown
    form = form_of(shown, reason="x", for_user="15")
    assert client.post(page(meeting, Action.CANCEL), form).status_code == 302
    assert ledger.balance(meeting.student).available == 100


# --- The page of a dispute ----------------------------------------------------------------------------


def test_what_one_needs_to_decide_stands_first(site: Client) -> None:
    student = PersonFactory.create(credits=200)
    earlier = make_meeting(Status.UNDER_REVIEW, student=student)
    meeting = make_meeting(Status.UNDER_REVIEW, student=student)
    shown = site.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).text
    in_order = (
        "30 credits blocked for it",
        "Both sides",
        "What you can do",
        "is charged 30 credits: 24 credits go to",
        "30 credits are released and go back to",
        "Earlier disputes",
        reverse("admin:meetings_meeting_change", args=[earlier.pk]),
        "Timeline",
        "field-date_version",
    )
    places = [shown.index(words) for words in in_order]
    assert places == sorted(places)


def test_who_may_not_decide_only_looks(client: Client) -> None:
    meeting, finance = make_meeting(Status.UNDER_REVIEW), PersonFactory.create(is_staff=True)
    finance.user_permissions.set(Permission.objects.filter(codename__in=["view_meeting", "add_posting"]))
    client.force_login(finance)
    shown = client.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).text
    assert "Both sides" in shown
    assert "What you can do" not in shown
    assert client.get(page(meeting, Action.FIND_HELD)).status_code == 403
    assert client.post(page(meeting, Action.FIND_HELD), {"reason": "x"}).status_code == 403
