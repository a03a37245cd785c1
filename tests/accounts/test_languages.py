"""Choosing a language: for visitors with a cookie, for people with their account."""

import pytest
from django.test import Client

from tests.factories import PersonFactory
from tests.pages import as_person

pytestmark = pytest.mark.django_db

CHOICE = "/account/language/"


def test_a_visitor_gets_the_language_of_the_browser() -> None:
    page = Client().get("/", headers={"Accept-Language": "sk,de;q=0.7,en;q=0.3"})
    assert '<html lang="sk">' in page.content.decode()


def test_a_visitor_with_another_language_gets_english() -> None:
    assert '<html lang="en">' in Client().get("/", headers={"Accept-Language": "fi"}).content.decode()


def test_what_a_visitor_chooses_stays_and_leads_back() -> None:
    client = Client(headers={"Accept-Language": "de"})
    assert client.post(CHOICE, {"language": "cs", "next": "/experts/?q=a"}).url == "/experts/?q=a"
    assert '<html lang="cs">' in client.get("/").content.decode()


def test_what_a_person_chooses_is_kept_with_the_account_on_every_device() -> None:
    person = PersonFactory.create()
    as_person(person).post(CHOICE, {"language": "sk"})
    page = as_person(person).get("/meetings/", headers={"Accept-Language": "de"})
    assert '<html lang="sk">' in page.content.decode()


@pytest.mark.parametrize("language", ["fi", "", "EN", "../de", "de" * 500])
def test_other_languages_change_nothing(language: str) -> None:
    person = PersonFactory.create(language="cs")
    answer = as_person(person).post(CHOICE, {"language": language, "next": "https://evil.example/"})
    person.refresh_from_db()
    assert (answer.url, person.language) == ("/", "cs")
    assert not answer.cookies


def test_looking_changes_nothing() -> None:
    client = Client()
    assert client.get(CHOICE, {"language": "de"}).url == "/"
    assert not client.cookies


def test_every_page_offers_each_language_by_its_own_name() -> None:
    page = Client().get("/experts/?q=x").content.decode()
    for name in ("English", "Deutsch", "Čeština", "Slovenčina"):
        assert f">{name}</button>" in page
    assert '<input type="hidden" name="next" value="/experts/?q=x">' in page


def test_the_language_of_the_profile_holds_at_once_and_when_signed_out() -> None:
    client = as_person(PersonFactory.create())
    typed = {"time_zone": "Europe/Prague", "date_format": "d.m.Y", "language": "sk"}
    saved = client.post("/account/profile/times/", typed)
    assert saved.cookies["django_language"].value == "sk"
    assert '<html lang="sk">' in client.get(saved.url).content.decode()


def test_a_language_that_is_none_of_ours_changes_nothing() -> None:
    person = PersonFactory.create(language="cs")
    typed = {"time_zone": "Europe/Prague", "date_format": "d.m.Y", "language": "fi"}
    assert as_person(person).post("/account/profile/times/", typed).status_code == 200
    person.refresh_from_db()
    assert person.language == "cs"
