"""From signing up by way of the mailbox to a second factor, in a browser."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.accounts import mailbox
from tests.browser.conftest import OpenPage
from tests.browser.looking import too_wide, unreadable
from tests.browser.steps import follow
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESS = "jana@example.com"
PHONE = {"width": 360, "height": 740}


def test_from_signing_up_to_signing_in_with_a_code(open_page: OpenPage) -> None:
    cache.clear()
    page = open_page(timezone_id="Europe/Prague")
    sign_up(page)
    looks_right(page)
    page.goto(mailbox.link(ADDRESS))
    looks_right(page)
    page.get_by_role("button", name="Confirm the address").click()
    page.wait_for_url("**/meetings/")

    secret, recovery_codes = set_up_second_factor(page)
    assert len(recovery_codes) == 10

    cache.clear()  # half a minute later: each code is good once
    other = open_page(viewport=PHONE)
    sign_in(other)
    looks_right(other)
    answer_with(other, "000000")
    expect(other.get_by_role("main")).to_contain_text("This code is not right")
    answer_with(other, mailbox.code(secret))
    other.wait_for_url("**/meetings/")

    end_the_other_session(page)
    other.reload()
    expect(other).to_have_url(re.compile("/account/login/"))

    sign_in(other)
    answer_with(other, recovery_codes[0])
    other.wait_for_url("**/meetings/")


def sign_up(page: Page) -> None:
    page.goto("/account/signup/")
    page.get_by_label("Email").fill(ADDRESS)
    page.get_by_label("First name").fill("Jana")
    page.get_by_label("Last name").fill("Nováková")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/account/confirm-email/")


def set_up_second_factor(page: Page) -> tuple[str, list[str]]:
    """Set it up from the profile; return the key of the app and the recovery codes."""
    page.goto("/account/profile/")
    page.get_by_role("main").get_by_role("link", name="Second factor").click()
    follow(page.get_by_role("link", name="Set up a second factor"))
    looks_right(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/totp/activate/")
    looks_right(page)
    shown = page.locator("img.qr")
    assert shown.evaluate("(picture) => picture.complete && picture.naturalWidth > 0")
    secret = page.locator("code.secret").inner_text()
    page.get_by_label("Authenticator code").fill(mailbox.code(secret))
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url("**/recovery-codes/")
    looks_right(page)
    return secret, page.locator(".codes code").all_inner_texts()


def sign_in(page: Page) -> None:
    page.goto("/account/login/")
    page.get_by_label("Email").fill(ADDRESS)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/authenticate/")


def answer_with(page: Page, code: str) -> None:
    page.get_by_label("Code").fill(code)
    follow(page.get_by_role("main").get_by_role("button", name="Sign in", exact=True))


def end_the_other_session(page: Page) -> None:
    page.goto("/account/sessions/")
    looks_right(page)
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("tbody tr").nth(1).get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("That browser is signed out.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)


def looks_right(page: Page) -> None:
    assert unreadable(page) + too_wide(page) == [], page.url
