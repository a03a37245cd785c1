"""A favourite is toggled without leaving the list, by keyboard, and without scripts as well."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import ExpertProfile, User
from tests.browser.conftest import OpenPage
from tests.browser.steps import follow
from tests.factories import PASSWORD, ExpertFactory, PersonFactory, ServiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def expert() -> ExpertProfile:
    profile: ExpertProfile = ExpertFactory.create(user__last_name="Nordhavn")
    ServiceFactory.create(expert=profile)
    return profile


def sign_in(page: Page, person: User) -> None:
    page.goto("/account/login/?next=/experts/%3Fq=nordhavn")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    follow(page.locator("main").get_by_role("button", name="Sign in"))


def test_in_place_by_keyboard(open_page: OpenPage, expert: ExpertProfile) -> None:
    person, page = PersonFactory.create(), open_page()
    sign_in(page, person)
    page.evaluate("document.body.dataset.same = 'yes'")
    heart = page.get_by_role("button", name="Favourite")
    for pressed in ("true", "false", "true"):
        heart.focus()
        page.keyboard.press("Enter")
        expect(heart).to_have_attribute("aria-pressed", pressed)
        expect(heart).to_be_focused()
    assert page.evaluate("document.body.dataset.same") == "yes"
    assert list(person.favourites.all()) == [expert]


def test_without_scripts_the_list_comes_again(open_page: OpenPage, expert: ExpertProfile) -> None:
    person, page = PersonFactory.create(), open_page(java_script_enabled=False)
    sign_in(page, person)
    follow(page.get_by_role("button", name="Favourite"))
    expect(page).to_have_url(re.compile(r"/experts/\?q=nordhavn$"))
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    assert list(person.favourites.all()) == [expert]
