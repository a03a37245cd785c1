"""Telling: once per kind, person and cause, in the transaction that causes it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from credits.notices import BONUS, GRANTED
from notifications import outbox
from notifications.models import Notification
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def person() -> User:
    return PersonFactory.create()


def tell(person: User, **other: Any) -> None:
    how = {"kind": BONUS, "source": "posting:1", "reference": "account", "now": NOW} | other
    outbox.tell(outbox.notification(person, how.pop("kind"), **how))


def test_what_is_told_is_kept(person: User) -> None:
    other = PersonFactory.create()
    tell(person, about=other, facts={"amount_credits": 10, "starts_at": NOW}, reference="meeting:3")
    note = Notification.objects.get()
    assert (note.recipient, note.kind, note.source, note.reference) == (
        person,
        "bonus",
        "posting:1",
        "meeting:3",
    )
    assert (note.about, note.created_at, note.read_at) == (other, NOW, None)
    assert note.facts["amount_credits"] == 10
    assert isinstance(note.facts["starts_at"], str)


def test_telling_again_changes_nothing(person: User) -> None:
    tell(person, facts={"amount_credits": 10})
    tell(person, facts={"amount_credits": 99}, reference="elsewhere")
    assert [(note.facts, note.reference) for note in Notification.objects.all()] == [
        ({"amount_credits": 10}, "account")
    ]


def test_telling_again_leaves_it_read(person: User) -> None:
    tell(person)
    Notification.objects.update(read_at=NOW)
    tell(person)
    assert Notification.objects.unread().count() == 0


@pytest.mark.parametrize(
    "other", [{"kind": GRANTED}, {"source": "posting:2"}], ids=["another kind", "another cause"]
)
def test_another_kind_or_cause_is_told(person: User, other: dict[str, Any]) -> None:
    tell(person)
    tell(person, **other)
    assert Notification.objects.count() == 2


def test_another_person_is_told(person: User) -> None:
    tell(person)
    tell(PersonFactory.create())
    assert Notification.objects.count() == 2


def test_what_did_not_happen_is_not_told(person: User) -> None:
    with transaction.atomic():
        tell(person)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()


def test_the_database_refuses_a_second_row(person: User) -> None:
    tell(person)
    note = Notification.objects.get()
    note.pk = None
    with pytest.raises(IntegrityError, match="notifications_told_once"), transaction.atomic():
        note.save(force_insert=True)


def test_unread_are_those_not_marked_read(person: User) -> None:
    tell(person)
    tell(person, source="posting:2")
    Notification.objects.filter(source="posting:1").update(read_at=NOW)
    assert [note.source for note in Notification.objects.unread()] == ["posting:2"]
