"""My account: one's own credits, and nobody else's."""

from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.times.formats import written
from credits import ledger
from meetings.vocabulary import Action, Status
from notifications.references import names_for
from tests.factories import PersonFactory
from tests.meetings.scenarios import BY_USER, HOUR, act, agreed, make_meeting
from tests.pages import as_person

pytestmark = pytest.mark.django_db


def lines(client: Client, query: str = "") -> list[tuple[str, int, int]]:
    page = client.get(f"/credits/{query}").context["page"]
    return [(movement.name, movement.amount, movement.owned_after) for movement in page]


def test_a_visitor_signs_in_first() -> None:
    assert Client().get("/credits/").url == "/account/login/?next=/credits/"


def test_blocking_and_releasing_are_no_movements() -> None:
    meeting = make_meeting(Status.CANCELLED, now=timezone.now())
    assert lines(as_person(meeting.student)) == [("Credits granted", 100, 100)]


def test_a_charge_is_one_line_for_each_party_newest_first() -> None:
    meeting = make_meeting(Status.HELD, now=timezone.now())
    assert lines(as_person(meeting.student)) == [
        ("Deduction of credits for services", -30, 70),
        ("Credits granted", 100, 100),
    ]
    assert lines(as_person(meeting.expert)) == [("Payment of credits for services", 24, 24)]


def test_a_late_cancelling_moves_only_what_was_charged() -> None:
    now = timezone.now()
    meeting = agreed(now=now, price=15, starts_in=30 * HOUR)
    act(meeting, Action.CANCEL_LATE, BY_USER, now=now, words="Ill.", deduction_accepted=True)
    assert lines(as_person(meeting.student))[0] == ("Deduction of credits for services", -7, 93)
    assert lines(as_person(meeting.expert)) == [("Payment of credits for services", 6, 6)]


def test_the_page_names_the_counterparty_and_what_is_blocked() -> None:
    meeting = make_meeting(Status.HELD, now=timezone.now())
    blocked = agreed(now=timezone.now(), student=meeting.student)
    page = as_person(meeting.student).get("/credits/").content.decode()
    assert meeting.expert.name in page
    start = written(blocked.starts_at, ZoneInfo(blocked.student.time_zone))
    name = f"{blocked.skill} with {blocked.expert.name}, {start}"
    assert f'<a href="{blocked.get_absolute_url()}">{name}</a>: 30 credits' in page


def test_what_is_blocked_is_named_only_to_the_parties_and_at_once() -> None:
    meetings = [agreed(now=timezone.now()) for _number in range(3)]
    references = [meeting.reference for meeting in meetings]
    stranger = PersonFactory.create()
    assert names_for(stranger, references) == {
        reference: f"Meeting {meeting.pk}" for reference, meeting in zip(references, meetings, strict=True)
    }
    with CaptureQueriesContext(connection) as asked:
        named = names_for(meetings[0].student, [*references, "account:"])
    assert [name.partition(",")[0] for name in named.values()] == [
        f"{meetings[0].skill} with {meetings[0].expert.name}",
        f"Meeting {meetings[1].pk}",
        f"Meeting {meetings[2].pk}",
        "My account ",
    ]
    assert len(asked) == 1


def test_movements_are_narrowed_by_kind_period_and_meeting() -> None:
    now = timezone.now()
    meeting = make_meeting(Status.HELD, now=now)
    ledger.payout(meeting.expert, 4, reason="Bank", made_by=None, key="test:payout", now=now)
    client = as_person(meeting.expert)
    assert [name for name, *_ in lines(client)] == ["Payout", "Payment of credits for services"]
    assert [name for name, *_ in lines(client, "?kind=payout&days=30")] == ["Payout"]
    assert [name for name, *_ in lines(client, f"?reference=meeting:{meeting.pk}")] == [
        "Payment of credits for services"
    ]
    assert len(lines(client, "?kind=nonsense&days=x&page=7")) == 2
    assert [name for name, *_ in lines(client, "?kind=payout&days=x")] == ["Payout"]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/credits/?kind=nonsense", "kind"),
        ("/credits/?days=7", "days"),
        ("/meetings/all/?status=nonsense", "status"),
        ("/experts/?kind=999999", "kind"),
        ("/experts/?language=xx", "language"),
    ],
)
def test_a_choice_that_there_is_not_is_said_at_its_field(address: str, field: str) -> None:
    page = as_person(PersonFactory.create()).get(address)
    assert page.status_code == 200
    words = "This choice is not offered here, so it narrows nothing. Please choose another."
    assert f'id="id_{field}_error"><li>{words}</li>' in page.content.decode()


def test_somebody_elses_movements_cannot_be_asked_for() -> None:
    meeting = make_meeting(Status.HELD, now=timezone.now())
    assert lines(as_person(PersonFactory.create()), f"?reference=meeting:{meeting.pk}") == []
