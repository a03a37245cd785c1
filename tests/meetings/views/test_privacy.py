"""The page about privacy says what the code does."""

import re
from typing import Any

import pytest
from django.conf import settings as settings_of_site
from django.test import Client
from django.utils.html import escape

from accounts import erasure
from accounts.auth import sessions
from meetings.lifecycle import idempotency
from meetings.video.platforms import PLATFORMS
from meetings.views.privacy import VIDEO
from notifications import account_mails
from tests.factories import PASSWORD, PersonFactory

pytestmark = pytest.mark.django_db


def shown() -> str:
    answer = Client().get("/privacy/")
    assert answer.status_code == 200
    return answer.text


def test_it_is_public_and_every_page_leads_to_it() -> None:
    assert "What is kept, and why" in shown()
    assert 'href="/privacy/"' in Client().get("/").text


def test_figures_are_those_of_the_code(settings: Any) -> None:
    settings.SESSION_COOKIE_AGE = 9 * 86_400
    assert "A session in which you are signed in: 9 days" in shown()
    days = account_mails.KEPT.days
    assert f"with the network address and the browser that they name: {days} days." in shown()
    assert f"A sign-in that was begun and not finished: {sessions.UNFINISHED_KEPT.days} day." in shown()
    assert f"so that a double click acts once: {idempotency.KEPT.days} days." in shown()


# Whatever belongs to an account: under which words the page speaks of it.
SAID_UNDER = {
    "account.EmailAddress": "Your account",
    "mfa.Authenticator": "Your second factor",
    "notifications.AccountMail": "E-mails about signing in",
    "notifications.UnwantedMail": "which mails you want",
    "usersessions.UserSession": "Your sessions",
}


def test_all_that_belongs_to_an_account_is_named() -> None:
    assert {relation.related_model._meta.label for relation in erasure.belongings()} == set(SAID_UNDER)
    text = shown()
    assert [words for words in SAID_UNDER.values() if words not in text] == []
    assert "Your calendar address" in text


def test_all_that_scripts_keep_in_the_browser_is_named() -> None:
    scripts = "".join(path.read_text() for path in (settings_of_site.BASE_DIR / "static").rglob("*.js"))
    kept = set(re.findall(r"(\w+Storage)\.setItem\(([^,]+),", scripts))
    assert kept == {("localStorage", '"kept-zone"'), ("sessionStorage", "KEY")}
    text = shown()
    assert "the browser remembers both zones" in text
    assert "A video room remembers your choice of camera and microphone" in text


def test_every_platform_is_described() -> None:
    assert set(VIDEO) == set(PLATFORMS)


@pytest.mark.parametrize("platform", VIDEO)
def test_the_platform_of_this_site_is_named(settings: Any, platform: str) -> None:
    settings.VIDEO_PLATFORM = platform
    settings.VIDEO = settings.VIDEO | {"JITSI_URL": "https://meet.example.com", "BBB_URL": ""}
    text = shown()
    assert escape(str(VIDEO[platform]).split("%")[0]) in text
    assert ("meet.example.com" in text) == (platform == "jitsi")
    assert "%(" not in text


def test_no_cookie_but_those_it_names(settings: Any) -> None:
    site, person = Client(), PersonFactory.create()
    site.post("/account/login/", {"login": person.email, "password": PASSWORD})
    for page in ("/", "/meetings/", "/account/profile/", "/account/login/", "/privacy/"):
        site.get(page)
    site.post("/account/language/", {"language": "de", "next": "/"})
    named = {
        settings.SESSION_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
        "messages",
    }
    assert set(site.cookies) <= named
