"""Where I am signed in: listed, and ended with one click."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.models import User
from accounts.session_pages import browser_in_words
from tests.accounts.test_signing_in import is_signed_in, sign_in
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
)


@pytest.fixture
def person() -> User:
    return PersonFactory.create()


def browser(person: User, name: str, address: str = "192.0.2.1") -> Client:
    client = Client(HTTP_USER_AGENT=name, REMOTE_ADDR=address)
    sign_in(client, person.email)
    return client


def test_all_my_sessions_are_listed_this_one_first_and_nobody_elses(person: User) -> None:
    browser(person, PHONE, "198.51.100.7")
    browser(PersonFactory.create(), "Somebody else's", "203.0.113.9")
    page = browser(person, FIREFOX).get("/account/sessions/").text
    assert page.index("Firefox on Linux") < page.index("(this one)") < page.index("Safari on iPhone")
    assert "198.51.100.7" in page
    assert "203.0.113.9" not in page


def test_this_browser_has_no_button_and_where_there_are_no_others_nor_have_they(person: User) -> None:
    here = browser(person, FIREFOX)
    page = here.get("/account/sessions/").text
    assert "(this one)" in page
    assert "/end/" not in page
    browser(person, PHONE)
    page = here.get("/account/sessions/").text
    there = UserSession.objects.get(user_agent=PHONE).pk
    assert re.findall(r"/account/sessions/(\w+)/end/", page) == [str(there), "others"]


def test_another_session_is_ended_within_one_request(person: User) -> None:
    here, there = browser(person, FIREFOX), browser(person, PHONE)
    session = UserSession.objects.get(user_agent=PHONE)
    assert here.post(f"/account/sessions/{session.pk}/end/").url == "/account/sessions/"
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    assert here.post(f"/account/sessions/{session.pk}/end/").url == "/account/sessions/"


def test_all_others_are_ended_at_once(person: User) -> None:
    here, *others = (browser(person, FIREFOX) for _ in range(3))
    here.post("/account/sessions/others/end/")
    assert [is_signed_in(one) for one in (here, *others)] == [True, False, False]


def test_ending_this_one_signs_out(person: User) -> None:
    here = browser(person, FIREFOX)
    assert here.post(f"/account/sessions/{UserSession.objects.get().pk}/end/").url == "/"
    assert not is_signed_in(here)


def test_nobody_ends_sessions_of_others(person: User) -> None:
    mine, theirs = browser(person, FIREFOX), browser(PersonFactory.create(), PHONE)
    mine.post(f"/account/sessions/{UserSession.objects.get(user_agent=PHONE).pk}/end/")
    assert is_signed_in(theirs)


@pytest.mark.parametrize("address", ["/account/sessions/1/end/", "/account/sessions/others/end/"])
def test_opening_an_address_ends_nothing(address: str, person: User) -> None:
    assert browser(person, FIREFOX).get(address).status_code == 405


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        (PHONE, ("Safari", "iPhone")),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0",
            ("Edge", "Windows"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36",
            ("Chrome", "Android"),
        ),
        ("curl/8.0", ("Unknown browser", "")),
        ("", ("Unknown browser", "")),
    ],
)
def test_browsers_by_their_names(told: str, words: tuple[str, str]) -> None:
    assert browser_in_words(told) == words
