"""The pages for leaving, and what happens when their forms are sent again."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.factories import PASSWORD, PersonFactory
from tests.meetings.scenarios import agreed
from tests.meetings.snapshot import everything

pytestmark = pytest.mark.django_db

PAGE, GOODBYE = "/account/delete/", "/account/deleted/"


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> Iterator[None]:
    """Let no test use up the attempts of the next."""
    cache.clear()
    yield
    cache.clear()


def signed_in(person: User) -> Client:
    site = Client()
    site.post("/account/login/", {"login": person.email, "password": PASSWORD})
    return site


def form(site: Client) -> dict[str, str]:
    return {"whose": site.get(PAGE).context["whose"], "password": PASSWORD}


def test_the_page_says_what_goes_and_what_stays_and_deletes_nothing() -> None:
    person = PersonFactory.create()
    shown = signed_in(person).get(PAGE).text
    assert "What is erased" in shown
    assert "What stays" in shown
    assert not User.objects.get(pk=person.pk).is_deleted


def test_with_the_password_the_account_is_gone_and_one_is_signed_out() -> None:
    person = PersonFactory.create()
    site = signed_in(person)
    assert site.post(PAGE, form(site)).url == GOODBYE
    assert User.objects.get(pk=person.pk).is_deleted
    goodbye = site.get(GOODBYE)
    assert "Your account is deleted, and you are signed out." in goodbye.text
    assert "Sign out" not in goodbye.text
    assert site.get("/meetings/").url.startswith("/account/login/")


@pytest.mark.parametrize("password", ["", "wrong"])
def test_without_the_password_nothing_goes_however_short_ago_it_was_typed(password: str) -> None:
    person = PersonFactory.create()
    site = signed_in(person)
    site.post("/account/reauthenticate/", {"password": PASSWORD})
    answer = site.post(PAGE, form(site) | {"password": password})
    assert answer.status_code == 200
    assert answer.context["form"].errors["password"]
    assert not User.objects.get(pk=person.pk).is_deleted


def test_guessing_the_password_is_limited() -> None:
    person = PersonFactory.create()
    site = signed_in(person)
    for _guess in range(10):
        site.post(PAGE, {"password": "wrong"})
    assert "There were too many wrong attempts" in site.post(PAGE, form(site)).text
    assert not User.objects.get(pk=person.pk).is_deleted


def test_all_other_sessions_end_too() -> None:
    person = PersonFactory.create()
    here, elsewhere = signed_in(person), signed_in(person)
    here.post(PAGE, form(here))
    assert elsewhere.get("/meetings/").url.startswith("/account/login/")


def test_the_same_form_again_says_goodbye_again_and_writes_nothing() -> None:
    person = PersonFactory.create()
    site = signed_in(person)
    sent = form(site)
    first = site.post(PAGE, sent)
    before = everything()
    again = site.post(PAGE, sent)
    assert (again.status_code, again.url) == (first.status_code, first.url) == (302, GOODBYE)
    assert everything() == before


@pytest.mark.parametrize("whose", ["", "1", "1:forged"])
def test_a_visitor_with_another_form_signs_in_first(whose: str) -> None:
    assert Client().post(PAGE, {"whose": whose}).url.startswith("/account/login/")


def test_the_form_of_an_account_that_exists_is_not_enough() -> None:
    person = PersonFactory.create()
    sent = form(signed_in(person))
    assert Client().post(PAGE, sent).url.startswith("/account/login/")
    assert not User.objects.get(pk=person.pk).is_deleted


def test_what_stands_against_it_is_named_with_a_link_and_what_to_do() -> None:
    meeting = agreed(now=timezone.now(), price=60)
    site = signed_in(meeting.student)
    before = everything()
    for answer, status in ((site.get(PAGE), 200), (site.post(PAGE, {"password": PASSWORD}), 409)):
        assert answer.status_code == status
        assert f'<a href="{meeting.get_absolute_url()}">' in answer.text
        assert "Cancel it, or wait until it has taken place and is evaluated." in answer.text
        assert "You own 100 credits." in answer.text
        assert "please ask an operator to pay them out" in answer.text
        assert 'name="whose"' not in answer.text
    assert everything() == before
