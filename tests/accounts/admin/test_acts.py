"""What operators take away from one person: the second factor of who lost the phone, an improper photo."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ExpertProfile, Photo, User
from accounts.profile import photos
from notifications import delivery
from notifications.models import AccountMail, MailState
from tests.factories import PersonFactory, SkillFactory

pytestmark = pytest.mark.django_db

ACTS = ("remove-second-factor", "remove-photo")


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True)


@pytest.fixture
def site(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def person() -> User:
    """Somebody who has both."""
    someone: User = PersonFactory.create(second_factor=True, first_name="Lena")
    photos.keep(someone, b"a picture")
    return someone


def page(act: str, person: User) -> str:
    return reverse(f"admin:accounts_user_{act}", args=[person.pk])


def form(reason: str = "Lost the phone.") -> dict[str, str]:
    return {"reason": reason, "key": "2f0a3a5e-7b0f-4a43-9d0a-111111111111"}


def has_all(person: User) -> bool:
    return Authenticator.objects.filter(user=person).exists() and Photo.objects.filter(person=person).exists()


def test_the_second_factor_goes_with_its_recovery_codes_and_the_person_is_told(
    site: Client, operator: User, person: User, mailoutbox: Any, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    before = AccountMail.objects.count()
    assert "The person is told so by e-mail." in site.get(page("remove-second-factor", person)).text
    answer = site.post(page("remove-second-factor", person), form(), HTTP_USER_AGENT="Desk", follow=True)
    assert "Done: Second factor removed." in answer.text
    assert not Authenticator.objects.filter(user=person).exists()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (operator, str(person.pk))
    assert entry.change_message == "Second factor removed: there → removed. Note: Lost the phone."
    mail = AccountMail.objects.order_by("pk")[before]
    assert (mail.address, mail.person, mail.mail_state) == (person.email, person, MailState.WAITING)
    # Where operators sit, and what they wrote, is nobody else's business.
    assert mail.facts == {}
    delivery.deliver_due(timezone.now)
    [sent] = [sent for sent in mailoutbox if sent.to == [person.email]]
    assert "An operator has removed the second factor of your account" in sent.body
    assert "Lost the phone" not in sent.body


def test_the_photo_is_gone_and_the_page_showed_it(site: Client, person: User) -> None:
    person.refresh_from_db()
    assert person.photo is not None
    shown = site.get(reverse("admin:accounts_user_change", args=[person.pk])).text
    assert person.photo.get_absolute_url() in shown
    site.post(page("remove-photo", person), form("Not a person."))
    assert not Photo.objects.exists()
    assert LogEntry.objects.get().change_message == "Photo removed: there → removed. Note: Not a person."
    assert Authenticator.objects.filter(user=person).exists()


@pytest.mark.parametrize("act", ACTS)
def test_without_a_reason_nothing_is_done(site: Client, person: User, act: str) -> None:
    answer = site.post(page(act, person), form("  "))
    assert (answer.status_code, "This field is required." in answer.text) == (409, True)
    assert has_all(person)


@pytest.mark.parametrize("act", ACTS)
def test_looking_and_repeating_do_nothing(site: Client, person: User, act: str) -> None:
    site.get(page(act, person))
    assert has_all(person)
    site.post(page(act, person), form())
    again = site.post(page(act, person), form(), follow=True)
    assert "There is nothing to remove any more." in again.text
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize("act", ACTS)
def test_only_who_may_change_the_person_does_it_and_never_to_oneself(
    client: Client, operator: User, person: User, act: str
) -> None:
    looker, helper = (PersonFactory.create(is_staff=True) for _number in range(2))
    looker.user_permissions.set(Permission.objects.filter(codename="view_user"))
    helper.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    photos.keep(helper, b"mine")
    photos.keep(operator, b"mine too")
    for who, whose in ((looker, person), (helper, helper), (helper, operator), (person, person)):
        client.force_login(who)
        assert client.post(page(act, whose), form()).status_code in (302, 403)
        assert has_all(person)
    assert Photo.objects.count() == 3
    assert Authenticator.objects.filter(user__in=[helper, operator]).count() >= 2
    client.force_login(helper)
    shown = client.get(reverse("admin:accounts_user_change", args=[person.pk])).text
    assert page(act, person) in shown
    assert page(act, helper) not in client.get(reverse("admin:accounts_user_change", args=[helper.pk])).text
    assert client.post(page(act, person), form()).status_code == 302
    assert not has_all(person)


def test_a_page_that_an_operator_adds_is_not_approved_yet(client: Client) -> None:
    operator = PersonFactory.create(is_staff=True, is_superuser=True, second_factor=True)
    client.force_login(operator)
    typed = {
        "user": operator.pk,
        "headline": "x",
        "introduction": "y",
        "company": "",
        "city": "z",
        "languages": "en",
        "availability": "",
        "skills": [SkillFactory.create().pk],
        "is_approved": "on",
        "is_public": "on",
        "services-TOTAL_FORMS": "0",
        "services-INITIAL_FORMS": "0",
    }
    answer = client.post(reverse("admin:accounts_expertprofile_add"), typed)
    assert answer.status_code == 302, answer.context["errors"]
    assert not ExpertProfile.objects.get(user=operator).is_approved
