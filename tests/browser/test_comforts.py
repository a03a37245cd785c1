"""What scripts add to forms, and that the same works without them."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Service, User
from accounts.times.clock_changes import changes
from meetings.models import Meeting
from tests.browser.conftest import OpenPage
from tests.browser.steps import sign_in
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory
from tests.meetings.scenarios import agreed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def service() -> Service:
    expert = ExpertFactory.create(user__time_zone="Asia/Kathmandu")
    return ServiceFactory.create(expert=expert, price=30, minutes=60)


@pytest.fixture
def user() -> User:
    return PersonFactory.create(credits=100)


def fill_in(page: Page, service: Service, time: str) -> None:
    page.goto(f"/experts/{service.expert_id}/suggest/")
    day = timezone.now().date().replace(year=timezone.now().year + 1, month=1, day=15)
    page.get_by_label("Date").fill(day.isoformat())
    page.get_by_label("Time").fill(time)


def test_the_others_time_appears_while_typing(open_page: OpenPage, service: Service, user: User) -> None:
    page = open_page()
    sign_in(page, user)
    fill_in(page, service, "10:00")
    preview = page.locator("[data-preview]")
    expect(preview).to_contain_text("14:45 (Kathmandu)")
    expect(preview).to_contain_text("30 credits will be blocked; you will have 70 left.")
    page.get_by_label("Time").fill("20:30")
    expect(preview).to_contain_text("01:15 (Kathmandu)")
    expect(preview).to_contain_text("This is at night")
    assert not Meeting.objects.exists()


def night_with_an_hour_twice() -> str:
    """Return the next day on which the clocks in Prague go back from 3 to 2."""
    now = timezone.now()
    found = changes(ZoneInfo("Europe/Prague"), now, now + timedelta(days=366))
    return next(change.wall[1].date().isoformat() for change in found if change.after < change.before)


@pytest.mark.parametrize("scripts", [True, False])
def test_which_of_two_equal_times_is_asked_in_the_box(
    open_page: OpenPage, service: Service, user: User, scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts)
    sign_in(page, user)
    fill_in(page, service, "02:30")
    page.get_by_label("Date").fill(night_with_an_hour_twice())
    if not scripts:
        page.get_by_role("button", name="Check first").click()
    box = page.locator(".preview")
    expect(box).to_contain_text("this time comes twice. Please choose which you mean.")
    second = box.get_by_label("02:30 for the second time")
    second.focus()
    page.keyboard.press("Space")
    if scripts:
        expect(box).to_contain_text("07:15 (Kathmandu)")
        expect(second).to_be_checked()
        expect(second).to_be_focused()
        page.get_by_label("Time", exact=True).fill("03:30")
        expect(second).to_have_count(0)
        page.get_by_label("Time", exact=True).fill("02:30")
        second.check()
    page.get_by_role("button", name="Suggest a meeting").click()
    page.wait_for_url(re.compile(r"/meetings/\d+/$"))
    assert Meeting.objects.get().starts_at.hour == 1


def test_without_scripts_check_first_shows_it(open_page: OpenPage, service: Service, user: User) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, user)
    fill_in(page, service, "10:00")
    page.get_by_role("button", name="Check first").click()
    expect(page.locator(".preview")).to_contain_text("14:45 (Kathmandu)")
    assert not Meeting.objects.exists()
    page.get_by_role("button", name="Suggest a meeting").click()
    page.wait_for_url(re.compile(r"/meetings/\d+/$"))


def test_length_and_price_follow_the_service(open_page: OpenPage, service: Service) -> None:
    meeting = agreed(now=timezone.now(), service=service)
    ServiceFactory.create(expert=service.expert, price=50, minutes=90)
    page = open_page()
    sign_in(page, meeting.expert)
    page.goto(f"/meetings/{meeting.pk}/suggest/")
    page.get_by_label("Service").select_option(label="Expert Advice, 90 minutes, 50 credits")
    expect(page.get_by_label("Length in minutes")).to_have_value("90")
    expect(page.get_by_label("Price in credits")).to_have_value("50")
    expect(page.locator("[data-preview]")).to_contain_text("you are paid 40 credits")
