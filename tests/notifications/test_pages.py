"""The bell and the list behind it."""

import pytest
from django.test import Client
from django.utils import timezone

from notifications.models import Notification
from tests.factories import PersonFactory
from tests.meetings.roads import suggest
from tests.meetings.test_pages import as_person

pytestmark = pytest.mark.django_db


def test_opening_one_marks_it_read_and_leads_to_its_object() -> None:
    meeting = suggest(now=timezone.now())
    client = as_person(meeting.expert)
    (told,) = Notification.objects.filter(recipient=meeting.expert)
    assert 'class="count">1' in client.get("/").content.decode()
    assert client.post(f"/notifications/{told.pk}/open/").url == meeting.get_absolute_url()
    read_at = Notification.objects.get(pk=told.pk).read_at
    assert read_at is not None
    client.post(f"/notifications/{told.pk}/open/")
    assert Notification.objects.get(pk=told.pk).read_at == read_at
    assert 'class="count"' not in client.get("/").content.decode()


def test_unread_ones_come_first() -> None:
    person = PersonFactory.create(credits=10)
    suggest(now=timezone.now(), student=person, price=0)
    (granted,) = Notification.objects.filter(recipient=person)
    client = as_person(person)
    client.post(f"/notifications/{granted.pk}/open/")
    Notification.objects.filter(pk=granted.pk).update(created_at=timezone.now())
    older = Notification.objects.create(
        recipient=person, kind="bonus", source="test", reference="account", facts={"amount_credits": 1},
        created_at=granted.created_at,
    )  # fmt: skip
    assert list(client.get("/notifications/").context["page"]) == [older, granted]


def test_all_are_marked_read_and_only_mine() -> None:
    mine, other = PersonFactory.create(credits=5), PersonFactory.create(credits=5)
    as_person(mine).post("/notifications/read/")
    assert [n.recipient for n in Notification.objects.filter(read_at=None)] == [other]


def test_those_of_others_do_not_exist() -> None:
    PersonFactory.create(credits=5)
    (told,) = Notification.objects.all()
    client = as_person(PersonFactory.create())
    assert client.post(f"/notifications/{told.pk}/open/").status_code == 404
    assert list(client.get("/notifications/").context["page"]) == []


@pytest.mark.parametrize("address", ["/notifications/read/", "/notifications/1/open/"])
def test_looking_marks_nothing(address: str) -> None:
    person = PersonFactory.create(credits=5)
    assert as_person(person).get(address).url == "/notifications/"
    assert Notification.objects.get(recipient=person).read_at is None
    assert Client().get("/notifications/").url == "/account/login/?next=/notifications/"
