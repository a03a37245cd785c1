"""The bell and the list behind it."""

from datetime import datetime

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from notifications.models import Notification
from tests.factories import PersonFactory
from tests.meetings.scenarios import suggest
from tests.pages import as_person

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


@time_machine.travel("2026-11-22T12:00:00+00:00", tick=False)
def test_the_list_is_grouped_by_day_on_my_clock_unread_first() -> None:
    person = PersonFactory.create(time_zone="Pacific/Kiritimati")
    at = ["2026-11-22T11:00", "2026-11-22T09:00", "2026-11-21T09:00", "2026-11-20T11:00"]
    for number, (when, read) in enumerate(zip(at, [False, True, True, False], strict=True)):
        told = datetime.fromisoformat(f"{when}:00+00:00")
        Notification.objects.create(
            recipient=person, kind="bonus", source=f"test:{number}", reference="account",
            facts={"amount_credits": 1}, created_at=told, read_at=told if read else None,
        )  # fmt: skip
    groups = as_person(person).get("/notifications/").context["groups"]
    assert [(heading, len(told)) for heading, told in groups] == [
        ("Today – unread", 1),
        ("21.11.2026 – unread", 1),
        ("Yesterday", 1),
        ("21.11.2026", 1),
    ]


def test_one_is_marked_read_without_leaving_the_list() -> None:
    person = PersonFactory.create(credits=5)
    (told,) = Notification.objects.all()
    client = as_person(person)
    address = f"/notifications/{told.pk}/read/"
    assert address in client.get("/notifications/").content.decode()
    assert as_person(PersonFactory.create()).post(address).status_code == 404
    assert client.get(address).url == "/notifications/"
    assert Notification.objects.get().read_at is None
    assert client.post(address).url == "/notifications/"
    first = Notification.objects.get().read_at
    client.post(address)
    assert Notification.objects.get().read_at == first is not None
    assert address not in client.get("/notifications/").content.decode()


def test_an_empty_list_says_what_comes_here() -> None:
    page = as_person(PersonFactory.create()).get("/notifications/").content.decode()
    assert "Nothing to tell you yet." in page
    assert 'href="/help/"' in page
