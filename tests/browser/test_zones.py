"""Time zones in real browsers: who signs up, who travels, and two people who live far apart."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
import time_machine
from django.core import mail
from playwright.sync_api import Locator, Page, expect

from accounts.models import Service, User
from meetings.models import Meeting
from notifications.jobs import deliver_mails
from tests.browser.conftest import OpenPage
from tests.browser.steps import sign_in
from tests.factories import PASSWORD, ExpertFactory, PersonFactory, ServiceFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOW = datetime(2026, 10, 12, 12, 0, tzinfo=UTC)
# 5:45 before and 6 hours behind UTC in winter, 11:45 apart.
KATHMANDU, CHICAGO, PRAGUE = "Asia/Kathmandu", "America/Chicago", "Europe/Prague"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


def service_in(zone: str) -> Service:
    return ServiceFactory.create(expert=ExpertFactory.create(user__time_zone=zone), price=30)


def signed_in(open_page: OpenPage, person: User, **options: object) -> Page:
    page = open_page(timezone_id=person.time_zone, **options)
    sign_in(page, person)
    return page


def suggest(page: Page, service: Service, day: str, time: str) -> None:
    page.goto(f"/experts/{service.expert_id}/suggest/")
    page.get_by_label("Date").fill(day)
    page.get_by_label("Time").fill(time)


# --- Signing up -----------------------------------------------------------------------------------


def sign_up(page: Page) -> None:
    page.goto("/account/signup/")
    for label, words in {"Email": "jana@example.com", "First name": "Jana", "Last name": "Nová"}.items():
        page.get_by_label(label).fill(words)
    page.get_by_label("Password").fill(PASSWORD)


@pytest.mark.parametrize(
    ("browser", "kept"),
    [(CHICAGO, CHICAGO), ("Asia/Calcutta", "Asia/Kolkata"), ("Europe/Kiev", "Europe/Kyiv"), ("UTC", "UTC")],
)
def test_signing_up_takes_the_zone_of_the_browser(open_page: OpenPage, browser: str, kept: str) -> None:
    page = open_page(timezone_id=browser)
    sign_up(page)
    expect(page.get_by_label("Time zone")).to_have_value(kept)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/account/confirm-email/")
    assert User.objects.get().time_zone == kept


def test_without_scripts_the_zone_is_asked_for_and_nothing_typed_is_lost(open_page: OpenPage) -> None:
    page = open_page(timezone_id=CHICAGO, java_script_enabled=False)
    sign_up(page)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.locator(".field.invalid")).to_contain_text("This field is required.")
    expect(page.get_by_label("First name")).to_have_value("Jana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Time zone").select_option(label="America/Chicago")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/account/confirm-email/")
    assert User.objects.get().time_zone == CHICAGO


# --- Being elsewhere ------------------------------------------------------------------------------


def offer(page: Page) -> Locator:
    return page.get_by_role("button", name="Use the browser’s time zone")


def test_who_travels_is_warned_and_led_back_with_one_click(open_page: OpenPage) -> None:
    person = PersonFactory.create()
    page = open_page(timezone_id="Asia/Calcutta")
    sign_in(page, person)
    page.goto("/meetings/?expertise=")
    expect(
        page.get_by_text("your profile says Europe/Prague: all times are shown in the latter")
    ).to_be_visible()
    offer(page).click()
    expect(page.get_by_text("All times are now shown in the zone Asia/Kolkata.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/meetings/\?expertise=$"))
    expect(offer(page)).to_be_hidden()
    person.refresh_from_db()
    assert person.time_zone == "Asia/Kolkata"


def test_who_keeps_their_zone_is_not_asked_again_for_this_one(open_page: OpenPage) -> None:
    person = PersonFactory.create()
    page = open_page(timezone_id=CHICAGO)
    sign_in(page, person)
    page.goto("/meetings/")
    page.get_by_role("button", name="Keep Europe/Prague").click()
    expect(offer(page)).to_be_hidden()
    page.reload()
    expect(offer(page)).to_be_hidden()
    User.objects.update(time_zone=KATHMANDU)
    page.reload()
    expect(offer(page)).to_be_visible()


@pytest.mark.parametrize(
    ("browser", "profile"), [("Europe/Bratislava", PRAGUE), ("Asia/Calcutta", "Asia/Kolkata")]
)
def test_another_name_for_the_same_clock_is_no_difference(
    open_page: OpenPage, browser: str, profile: str
) -> None:
    page = open_page(timezone_id=browser)
    sign_in(page, PersonFactory.create(time_zone=profile))
    page.goto("/meetings/")
    expect(offer(page)).to_be_hidden()


def test_the_same_time_today_but_not_in_summer_is_a_difference(open_page: OpenPage) -> None:
    page = open_page(timezone_id="Africa/Lagos")
    sign_in(page, PersonFactory.create())
    page.goto("/meetings/")
    expect(offer(page)).to_be_visible()


def test_without_scripts_the_profile_says_what_time_it_is(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False, timezone_id=CHICAGO)
    sign_in(page, PersonFactory.create(time_zone=KATHMANDU))
    page.goto("/account/profile/")
    expect(offer(page)).to_be_hidden()
    expect(page.get_by_role("main")).to_contain_text(
        re.compile(
            r"there it is Mon 12\.10\.2026 17:4\d \(Kathmandu\) now\. If your clock shows another time"
        )
    )


# --- Two people -----------------------------------------------------------------------------------


def test_two_people_almost_half_a_day_apart_agree_on_one_instant(open_page: OpenPage) -> None:
    """Saturday evening of one is Sunday morning of the other, in everything that either of them sees."""
    service = service_in(KATHMANDU)
    user = PersonFactory.create(time_zone=CHICAGO, date_format="m/d/Y", credits=100)
    expert = service.expert.user
    mine, theirs = "Sat 11/14/2026 21:30 (Chicago)", "Sun 15.11.2026 09:15 (Kathmandu)"
    user_page, expert_page = signed_in(open_page, user), signed_in(open_page, expert)

    suggest(user_page, service, "2026-11-14", "21:30")
    preview = user_page.locator("[data-preview]")
    expect(preview).to_contain_text(mine)
    expect(preview).to_contain_text("Sun 11/15/2026 09:15 (Kathmandu)")
    user_page.get_by_role("button", name="Suggest a meeting").click()
    user_page.wait_for_url(re.compile(r"/meetings/\d+/$"))
    meeting = Meeting.objects.get()
    assert meeting.starts_at == datetime(2026, 11, 15, 3, 30, tzinfo=UTC)

    expert_page.goto(meeting.get_absolute_url())
    expert_page.get_by_role("link", name="Confirm").click()
    expert_page.get_by_role("main").get_by_role("button", name="Confirm").click()
    expert_page.wait_for_url(re.compile(r"/meetings/\d+/$"))
    user_page.reload()
    expect(user_page.locator(".date")).to_contain_text(
        f"{mine} For {expert.name}: Sun 11/15/2026 09:15 (Kathmandu)"
    )
    expect(expert_page.locator(".date")).to_contain_text(
        f"{theirs} For {user.name}: Sat 14.11.2026 21:30 (Chicago)"
    )
    for page, when in ((user_page, mine), (expert_page, theirs)):
        page.goto("/meetings/")
        expect(page.locator(".entry")).to_contain_text(when)

    deliver_mails()
    for person, when in ((user, mine), (expert, theirs)):
        agreed = [sent for sent in mail.outbox if sent.to == [person.email]][-1]
        text, invitation = contents(agreed.message())
        assert when in text
        assert "DTSTART:20261115T033000Z" in invitation


def contents(message: EmailMessage) -> tuple[str, str]:
    """Return the text and the calendar object of a mail."""
    parts = {part.get_content_type(): part.get_payload(decode=True) for part in message.walk()}
    return parts["text/plain"].decode(), parts["text/calendar"].decode()


def test_a_meeting_in_the_hour_that_comes_twice_is_the_one_that_was_meant(open_page: OpenPage) -> None:
    service = service_in(KATHMANDU)
    user = PersonFactory.create(credits=100)
    user_page, expert_page = signed_in(open_page, user), signed_in(open_page, service.expert.user)
    suggest(user_page, service, "2026-10-25", "02:30")
    user_page.get_by_role("button", name="Suggest a meeting").click()
    expect(
        user_page.get_by_text("this time comes twice. Please choose which you mean.").first
    ).to_be_visible()
    assert not Meeting.objects.exists()
    user_page.get_by_label("02:30 for the second time, after the clocks went back (UTC+01:00)").check()
    expect(user_page.locator("[data-preview]")).to_contain_text("Sun 25.10.2026 07:15 (Kathmandu)")
    user_page.get_by_role("button", name="Suggest a meeting").click()
    user_page.wait_for_url(re.compile(r"/meetings/\d+/$"))
    meeting = Meeting.objects.get()
    assert meeting.starts_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    expect(user_page.locator(".date")).to_contain_text("Sun 25.10.2026 02:30 (Prague, UTC+1)")
    expert_page.goto(meeting.get_absolute_url())
    expect(expert_page.locator(".date")).to_contain_text("Sun 25.10.2026 07:15 (Kathmandu)")
    expect(expert_page.locator(".date")).to_contain_text("Sun 25.10.2026 02:30 (Prague, UTC+1)")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_meeting_in_the_hour_that_does_not_exist_is_refused(
    open_page: OpenPage, clock: time_machine.Traveller, scripts: bool
) -> None:
    clock.move_to(datetime(2027, 3, 20, 12, 0, tzinfo=UTC))
    service = service_in(KATHMANDU)
    page = signed_in(open_page, PersonFactory.create(credits=100), java_script_enabled=scripts)
    suggest(page, service, "2027-03-28", "02:30")
    page.get_by_role("button", name="Suggest a meeting").click()
    refusal = "This time does not exist: on 28.03.2027 the clocks in Prague go forward from 02:00 to 03:00."
    expect(page.locator(".field.invalid")).to_contain_text(refusal)
    expect(page.get_by_label("Date")).to_have_value("2027-03-28")
    expect(page.get_by_label("Time")).to_have_value("02:30")
    assert not Meeting.objects.exists()
    page.get_by_label("Time").fill("03:00")
    page.get_by_role("button", name="Suggest a meeting").click()
    page.wait_for_url(re.compile(r"/meetings/\d+/$"))
    assert Meeting.objects.get().starts_at == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
