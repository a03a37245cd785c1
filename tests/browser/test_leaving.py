"""Leaving in a real browser: taking one's data along, then deleting the account."""

import re
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import OpenPage
from tests.browser.steps import follow
from tests.factories import PASSWORD, PersonFactory
from tests.meetings.scenarios import agreed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, person: User) -> None:
    page.goto("/account/login/?next=/account/profile/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    follow(page.locator("main").get_by_role("button", name="Sign in"))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_taking_a_copy_and_leaving(open_page: OpenPage, scripts: bool) -> None:
    person, page = PersonFactory.create(), open_page(java_script_enabled=scripts, accept_downloads=True)
    sign_in(page, person)
    page.get_by_role("link", name="Download my data").click()
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download my data").click()
    with ZipFile(downloading.value.path()) as archive:
        assert person.email in archive.read("profile.json").decode()
    page.goto("/account/profile/")
    page.get_by_role("link", name="Delete my account").click()
    expect(page.get_by_role("heading", name="What is erased")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()
    assert User.objects.get(pk=person.pk).is_deleted
    page.goto("/meetings/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_open_meeting_is_named_and_led_to(open_page: OpenPage) -> None:
    meeting, page = agreed(), open_page()
    sign_in(page, meeting.expert)
    page.goto("/account/delete/")
    expect(page.get_by_role("alert")).to_contain_text("Your account cannot be deleted yet")
    expect(page.locator("main").get_by_role("button")).to_have_count(0)
    page.get_by_role("alert").get_by_role("link", name=meeting.student.name).click()
    expect(page).to_have_url(re.compile(f"{meeting.get_absolute_url()}$"))
