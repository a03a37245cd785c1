"""Mails that are not about meetings can be switched off; what is behind the bell stays."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User
from credits import ledger
from meetings.notices.kinds import KINDS as ABOUT_MEETINGS
from notifications import delivery
from notifications.kinds import optional_kinds
from notifications.models import Notification, UnwantedMail
from tests.factories import PersonFactory
from tests.meetings.scenarios import suggest

pytestmark = pytest.mark.django_db

PAGE = "/account/mails/"


@pytest.fixture
def person() -> User:
    return PersonFactory.create(credits=5)


@pytest.fixture
def site(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def sent_to(person: User) -> list[mail.EmailMessage]:
    delivery.deliver_due(timezone.now)
    return [message for message in mail.outbox if message.to == [person.email]]


def test_mails_about_meetings_are_never_optional() -> None:
    assert not set(optional_kinds()) & set(ABOUT_MEETINGS)
    assert {kind.name for kind in optional_kinds()} >= {"bonus", "credits_granted", "payout"}


def test_all_are_wanted_at_first(person: User, site: Client) -> None:
    assert site.get(PAGE).text.count(" checked") == len(optional_kinds())
    assert len(sent_to(person)) == 1


def test_what_is_switched_off_is_asked_when_the_mail_is_due_and_stays_behind_the_bell(
    person: User, site: Client
) -> None:
    answer = site.post(PAGE, {"wanted": ["bonus", "payout"]}, follow=True)
    assert "Your choice of mails is saved." in answer.text
    assert sent_to(person) == []
    told = Notification.objects.get(recipient=person)
    assert (told.mail_state, told.mail_problem) == ("moot", "The recipient does not want these mails.")
    assert "Credits granted" in site.get("/notifications/").text


def test_what_is_switched_on_again_is_sent(person: User, site: Client) -> None:
    site.post(PAGE, {"wanted": []})
    site.post(PAGE, {"wanted": ["credits_granted"]})
    assert len(sent_to(person)) == 1


def test_others_and_mails_about_meetings_are_not_touched(person: User, site: Client) -> None:
    site.post(PAGE, {"wanted": []})
    meeting = suggest(student=PersonFactory.create(credits=100))
    UnwantedMail.objects.create(person=meeting.expert, kind="suggested_by_user")
    assert [message.subject for message in sent_to(meeting.expert)] == ["Meeting suggested by user"]
    assert [message.subject for message in sent_to(meeting.student)] == ["Credits granted"]


def test_the_same_choice_again_writes_nothing_new(person: User, site: Client) -> None:
    for _time in range(2):
        site.post(PAGE, {"wanted": ["bonus"]})
        kinds = set(UnwantedMail.objects.filter(person=person).values_list("kind", flat=True))
        assert kinds == {kind.name for kind in optional_kinds()} - {"bonus"}
    assert UnwantedMail.objects.count() == len(optional_kinds()) - 1


def test_a_kind_that_is_none_is_refused(person: User, site: Client) -> None:
    answer = site.post(PAGE, {"wanted": ["suggested_by_user"]})
    assert "is not one of the available choices" in answer.text
    assert not UnwantedMail.objects.exists()


def test_optional_mails_lead_to_the_choice_and_others_do_not(person: User) -> None:
    (optional,) = sent_to(person)
    assert optional.extra_headers["List-Unsubscribe"].endswith(f"{PAGE}>")
    html = optional.alternatives[0][0]
    assert PAGE in optional.body
    assert PAGE in html
    meeting = suggest()
    (needed,) = sent_to(meeting.expert)
    assert PAGE not in needed.body + needed.alternatives[0][0]
    assert "List-Unsubscribe" not in needed.extra_headers


def test_opening_the_page_changes_nothing(person: User, site: Client) -> None:
    UnwantedMail.objects.create(person=person, kind="bonus")
    site.get(PAGE)
    assert UnwantedMail.objects.count() == 1
    assert ledger.balance(person).owned == 5
