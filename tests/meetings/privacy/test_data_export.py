"""A copy of one's own data: all of it, and nothing of others that the pages do not show."""

import json
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db.models import Field, ForeignKey, ManyToManyField
from django.test import Client
from django.utils import timezone, translation

from accounts import erasure
from accounts.models import Photo, User
from credits import ledger
from meetings.models import Event, Meeting
from meetings.privacy import archive as export
from meetings.vocabulary import Action, Progress, Role
from notifications.models import AccountMail
from tests.factories import PASSWORD, ExpertFactory, PersonFactory, ServiceFactory
from tests.meetings.scenarios import DAY, NOW, act, after_end, agreed, make_meeting, suggest

pytestmark = pytest.mark.django_db


def copied(person: User) -> dict[str, Any]:
    """Return the files of a copy, JSON read."""
    with export.copy_of(person, NOW) as file, ZipFile(file) as archive:
        assert archive.testzip() is None
        return {
            name: json.loads(archive.read(name)) if name.endswith(".json") else archive.read(name)
            for name in archive.namelist()
        }


def test_all_that_a_person_left_is_in_it() -> None:
    operator = PersonFactory.create(is_staff=True)
    anna = ExpertFactory.create(headline="headline-1", introduction="introduction-1", city="city-1").user
    service = ServiceFactory.create(price=30)
    ledger.grant(anna, 60, reason="grant-1", made_by=operator, key="test:grant", now=NOW)
    anna.favourites.add(service.expert)
    anna.emailaddress_set.create(email="second@example.com")
    held = agreed(student=anna, service=service)
    Meeting.objects.filter(pk=held.pk).update(note="note-1")
    answer = {"progress": Progress.SMOOTH, "stars": 4, "review": "review-1"}
    act(held, Action.RECORD, Role.USER, now=after_end(held), **answer)
    cancelled = agreed(student=anna, service=service, starts_in=9 * DAY)
    act(cancelled, Action.CANCEL, Role.USER, words="reason-1")
    about = make_meeting("held", service=ServiceFactory.create(expert=anna.expert, price=1))
    act(about, Action.REVIEW, Role.USER, now=after_end(about), review="about-1")
    files = copied(anna)
    text = json.dumps({name: content for name, content in files.items() if name.endswith(".json")})
    for mark in (
        *(anna.email, anna.first_name, anna.last_name, anna.time_zone, "second@example.com"),
        *("headline-1", "introduction-1", "city-1", "note-1", "review-1", "reason-1", "about-1", "grant-1"),
        *(
            service.expert.user.name,
            "Deduction of credits for services",
            "Bonus credits for verbal evaluation",
        ),
    ):
        assert json.dumps(mark)[1:-1] in text, mark
    meetings = {meeting["number"]: meeting for meeting in files["meetings.json"]}
    assert set(meetings) == {held.pk, cancelled.pk, about.pk}
    assert meetings[held.pk]["my_role"] == "user"
    assert meetings[held.pk]["my_answer"][0]["stars"] == 4
    assert len(meetings[held.pk]["timeline"]) == Event.objects.filter(meeting=held).count()
    assert meetings[about.pk]["my_answer"] == []
    owned = ledger.balance(anna).owned
    assert files["balance.json"] == [{"available": owned, "blocked": 0, "owned": owned}]
    assert files["movements.json"][0]["owned_after"] == owned


def test_instants_are_utc_and_the_index_reads_in_the_persons_language() -> None:
    meeting = suggest(student=PersonFactory.create(time_zone="Asia/Kathmandu", language="en", credits=100))
    with timezone.override("Asia/Kathmandu"), translation.override("en"):
        files = copied(meeting.student)
    assert files["meetings.json"][0]["suggested_at"] == "2026-11-22T09:00:00Z"
    index = files["index.html"].decode()
    assert "14:45 (Kathmandu)" in index
    assert all(f'href="{part.file}"' in index for part in export.PARTS)
    assert set(files) == {"index.html", *(part.file for part in export.PARTS)}


def test_nothing_private_of_others_is_in_it() -> None:
    meeting = agreed()
    operator = PersonFactory.create(is_staff=True)
    act(meeting, Action.RECORD, Role.USER, now=after_end(meeting), progress=Progress.OTHERS_FAULT)
    act(meeting, Action.RECORD, Role.EXPERT, now=after_end(meeting), progress=Progress.SMOOTH)
    act(meeting, Action.FIND_HELD, Role.OPERATOR, now=after_end(meeting), words="operators-note")
    stranger = agreed(student=PersonFactory.create(first_name="Stranger", credits=100))
    text = json.dumps({k: v for k, v in copied(meeting.expert).items() if k.endswith(".json")})
    for secret in (meeting.student.email, "operators-note", "others_fault", operator.email, "Stranger"):
        assert secret not in text, secret
    assert stranger.reference not in text


def test_no_secret_is_in_it() -> None:
    person, site = PersonFactory.create(), Client()
    site.post("/account/login/", {"login": person.email, "password": PASSWORD})
    text = str(copied(person))
    assert person.password not in text
    assert site.session.session_key not in text


def test_mails_about_signing_in_are_in_it_those_before_the_account_too_and_nobody_elses() -> None:
    person, other = PersonFactory.create(), PersonFactory.create()
    how = {"language": "en", "mail_state": "sent", "created_at": NOW}
    facts = {"ip": "192.0.2.7", "browser": "browser-1"}
    AccountMail.objects.create(person=person, address="old@example.com", kind="a", facts=facts, **how)
    AccountMail.objects.create(address=person.email, kind="b", **how)
    AccountMail.objects.create(address="nobody@example.com", kind="c", **how)
    AccountMail.objects.create(person=other, address=other.email, kind="d", **how)
    mails = [row for row in copied(person)["account.json"] if row["what"] == "e-mail about signing in"]
    assert [(row["kind"], row["address"]) for row in mails] == [("a", "old@example.com"), ("b", person.email)]
    assert mails[0]["facts"] == facts


def test_a_copy_costs_as_many_questions_for_many_meetings(django_assert_max_num_queries: Any) -> None:
    service = ServiceFactory.create(price=0)
    student = PersonFactory.create()
    for number in range(25):
        suggest(student=student, service=service, price=0, starts_in=DAY * (number + 1))
    with django_assert_max_num_queries(40):
        files = copied(student)
    assert len(files["meetings.json"]) == 25


def test_the_photo_is_in_it() -> None:
    person = PersonFactory.create()
    person.photo = Photo.objects.create(name="x", content=b"webp")
    assert copied(person)["photo.webp"] == b"webp"


# --- The page ---------------------------------------------------------------------------------------------


@pytest.fixture
def site() -> Client:
    person, client = PersonFactory.create(), Client()
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    return client


def test_looking_takes_nothing_and_needs_no_password(site: Client) -> None:
    assert "Download my data" in site.get("/account/data/").text
    assert not User.objects.exclude(data_taken_at=None).exists()


def test_the_password_is_asked_for_then_the_file_comes_and_not_again_at_once(site: Client) -> None:
    asked = site.post("/account/data/", {"password": "wrong"})
    assert "This is not your password." in asked.text
    answer = site.post("/account/data/", {"password": PASSWORD})
    assert answer.headers["Content-Type"] == "application/zip"
    assert ".zip" in answer.headers["Content-Disposition"]
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    again = site.post("/account/data/", {"password": PASSWORD})
    assert again.status_code == 429
    assert "You have just taken a copy. You can take the next one from" in again.text


def test_after_a_while_the_next_copy_can_be_taken() -> None:
    person = PersonFactory.create()
    assert export.wait_until(person, NOW) is None
    assert export.wait_until(person, NOW + export.PAUSE - timedelta(seconds=1)) == NOW + export.PAUSE
    assert export.wait_until(person, NOW + export.PAUSE) is None


def test_visitors_sign_in_first() -> None:
    for page in ("/account/data/", "/account/delete/", "/account/mails/"):
        assert Client().get(page).url.startswith("/account/login/"), page


# --- Nothing is forgotten ---------------------------------------------------------------------------------

# Every relation to a person that does not simply go with the account: where it is copied, and what becomes of
# it. A new one has to be thought of in `erasure` and `archive`, then written here.
THOUGHT_OF = {
    "accounts.ExpertProfile.user": "copied (expert_page.json); emptied",
    "accounts.User.favourites": "copied (profile.json); cleared, both ways",
    "admin.LogEntry.user": "what operators did is the others' history; of people who are operators no more",
    "credits.Account.owner": "copied (balance.json, movements.json); numbers stay, closed",
    "credits.Movement.counterparty": "copied (movements.json); a view of the books",
    "credits.Movement.owner": "copied (movements.json); a view of the books",
    "credits.Posting.made_by": "an operator's deed in the books, without a name",
    "meetings.Event.actor": "copied (meetings.json); words erased",
    "meetings.Meeting.expert": "copied (meetings.json); words erased",
    "meetings.Meeting.student": "copied (meetings.json); words erased",
    "meetings.Receipt.actor": "not copied, holds nothing but hashes; deleted",
    "meetings.Review.expert": "copied (reviews.json); words erased",
    "meetings.Review.student": "copied (reviews.json); words erased",
    "meetings.Terms.set_by": "an operator's deed, without a name",
    "notifications.Notification.about": "others were told it; names are never in it, words erased",
    "notifications.Notification.recipient": "copied (notifications.json); deleted",
}


def test_every_relation_to_a_person_is_thought_of() -> None:
    with_account = {_label(relation.field) for relation in erasure.belongings()}
    assert "account.EmailAddress.user" in with_account
    assert _relations() - with_account - set(THOUGHT_OF) == set()
    assert set(THOUGHT_OF) <= _relations()


def test_every_column_of_a_person_is_copied_or_named_here() -> None:
    not_copied = {
        "id": "a number",
        "password": "a secret",
        "is_active": "true for whoever can ask",
        "is_superuser": "a right of operators",
        "data_taken_at": "when this was last done",
        "deleted_at": "never of somebody who can ask",
    }
    called = {"date_joined": "signed_up_at", "last_login": "last_signed_in_at", "is_staff": "is_operator"}
    (profile,) = copied(PersonFactory.create())["profile.json"]
    columns = {field.name for field in User._meta.concrete_fields} - set(not_copied)
    assert {called.get(name, name) for name in columns} <= set(profile)


def _relations() -> set[str]:
    return {
        _label(field)
        for model in apps.get_models()
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if isinstance(field, ForeignKey | ManyToManyField)
        and _leads_to_person(field)
        and model._meta.label != "accounts.ExpertProfile.skills"
    }


def _leads_to_person(field: "Field[Any, Any]") -> bool:
    target = field.related_model
    return target is User or (
        field.many_to_many is True and target._meta.label == "accounts.ExpertProfile"  # type: ignore[union-attr]
    )


def _label(field: Any) -> str:
    return f"{field.model._meta.label}.{field.name}"
