"""Where I am signed in: listed, and ended with one click."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.auth.session_views import browser_in_words
from accounts.jobs import forget_sessions
from accounts.models import User
from tests.accounts import mailbox
from tests.accounts.auth.signing_in import is_signed_in, sign_in
from tests.factories import PASSWORD, TOTP_SECRET, PersonFactory

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


@pytest.mark.django_db(transaction=True)
def test_every_session_is_listed_whatever_was_done_in_it(person: User) -> None:
    """One that is not listed would outlive "sign out all others"."""
    here = browser(person, FIREFOX)
    typed = {"oldpassword": PASSWORD, "password1": "x3" * 10, "password2": "x3" * 10}
    assert here.post("/account/password/change/", typed).status_code == 302
    assert here.post("/account/reauthenticate/", {"password": "x3" * 10}).status_code == 302
    with_factor = Client()
    sign_in(with_factor, PersonFactory.create(second_factor=True).email)
    assert (
        with_factor.post(
            "/account/second-factor/authenticate/", {"code": mailbox.code(TOTP_SECRET)}
        ).status_code
        == 302
    )
    for client in (here, with_factor):
        assert is_signed_in(client)
        assert UserSession.objects.filter(session_key=client.session.session_key).count() == 1


def test_who_signs_out_leaves_no_trace_of_network_and_browser(person: User) -> None:
    here = browser(person, FIREFOX)
    browser(person, PHONE)
    here.post("/account/logout/")
    assert [session.user_agent for session in UserSession.objects.all()] == [PHONE]


def test_sessions_that_are_over_are_forgotten_with_network_and_browser(person: User) -> None:
    browser(person, FIREFOX)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    browser(PersonFactory.create(), PHONE)
    forget_sessions()
    assert Session.objects.count() == 1
    assert [session.user_agent for session in UserSession.objects.all()] == [PHONE]


@pytest.mark.django_db(transaction=True)
def test_sessions_from_before_they_were_listed_are_ended() -> None:
    """Nobody could end them, and they would pass for having shown a second factor."""
    old = Client()
    old.force_login(PersonFactory.create())
    assert is_signed_in(old)
    migration = import_module("accounts.migrations.0014_sign_in_anew")
    migration.sign_out_everybody(apps, None)
    assert not is_signed_in(old)


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
