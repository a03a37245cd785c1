"""The main job, in a browser, as two people: from signing up to being paid."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from credits import ledger
from meetings.models import Meeting
from tests.accounts import mailbox
from tests.browser.conftest import OpenPage
from tests.browser.steps import follow, sign_in
from tests.factories import (
    PASSWORD,
    TOTP_SECRET,
    ExpertFactory,
    PersonFactory,
    ReasonFactory,
    ServiceFactory,
    SkillFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TODAY = datetime.fromisoformat("2026-11-23T09:00:00+01:00")
FIRST_DATE, BETTER_DATE = "2026-11-30", "2026-12-01"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TODAY, tick=True) as traveller:
        yield traveller


@pytest.fixture
def expert() -> User:
    skill = SkillFactory.create(name="Company valuation")
    profile = ExpertFactory.create(
        user__first_name="Eva", user__last_name="Malá", user__time_zone="Europe/London", skills=[skill]
    )
    ServiceFactory.create(expert=profile, price=30, minutes=60)
    ExpertFactory.create(user__first_name="Someone", user__last_name="Else", skills=[SkillFactory.create()])
    ReasonFactory.create(name="The date does not suit me")
    return profile.user


def test_from_signing_up_to_being_paid(
    open_page: OpenPage, clock: time_machine.Traveller, expert: User
) -> None:
    user_page, expert_page = open_page(timezone_id="Europe/Prague"), open_page()
    user = sign_up(user_page)
    ledger.grant(user, 100, reason="Purchase", made_by=None, key="test:purchase", now=timezone.now())

    find_and_suggest(user_page)
    sign_in(expert_page, expert)
    suggest_another_date(expert_page)
    confirm_alternative(user_page)

    meeting = Meeting.objects.get()
    assert meeting.starts_at.isoformat() == "2026-12-01T14:00:00+00:00"
    clock.move_to(meeting.starts_at - timedelta(minutes=10))
    join(user_page, meeting)
    join(expert_page, meeting)

    clock.move_to(meeting.ends_at + timedelta(minutes=5))
    answer(expert_page, meeting)
    expect(status(expert_page)).to_have_text("Agreed")
    answer(user_page, meeting, stars="★★★★★", words="Clear, patient, worth every credit.")
    expect(status(user_page)).to_have_text("Held")

    assert movements(user_page) == [
        ["Bonus credits for verbal evaluation", "+10", "80"],
        ["Deduction of credits for services", "−30", "70"],
        ["Credits granted", "+100", "100"],
    ]
    assert movements(expert_page) == [["Payment of credits for services", "+24", "24"]]
    operator = PersonFactory.create(is_staff=True, is_superuser=True)
    assert platform_account(open_page(), operator) == ("6", [f"Charge meeting:{meeting.pk}: +6"])

    user_page.get_by_role("link", name="Experts").click()
    user_page.get_by_role("link", name="Eva Malá").click()
    review = user_page.locator(".review")
    expect(review.locator("blockquote")).to_have_text("Clear, patient, worth every credit.")
    expect(review.locator("figcaption")).to_have_text(re.compile(r"^\s*Jana N\."))


def sign_up(page: Page) -> User:
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="Sign up").click()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Prague")
    page.get_by_label("Email").fill("jana@example.com")
    page.get_by_label("First name").fill("Jana")
    page.get_by_label("Last name").fill("Nováková")
    page.get_by_label("Password").fill(PASSWORD)
    cache.clear()  # nobody has just signed up with this address
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/account/confirm-email/")
    page.goto(mailbox.link("jana@example.com"))
    page.get_by_role("button", name="Confirm the address").click()
    page.wait_for_url("**/meetings/")
    return User.objects.get(email="jana@example.com")


def find_and_suggest(page: Page) -> None:
    page.get_by_role("link", name="Find an expert").click()
    page.get_by_label("Skill", exact=True).select_option(label="Company valuation")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".expert h3")).to_have_text(["Eva Malá"])
    page.get_by_role("link", name="Eva Malá").click()
    page.get_by_role("link", name="Suggest a meeting").click()
    page.get_by_label("Date").fill(FIRST_DATE)
    page.get_by_label("Time").fill("10:00")
    page.get_by_label("Note (optional)").fill("How do I value a start-up?")
    page.get_by_role("button", name="Suggest a meeting").click()
    expect(status(page)).to_have_text("Awaiting approval")
    expect(page.locator(".date")).to_contain_text("Mon 30.11.2026 10:00 (Prague)")
    expect(page.locator(".date")).to_contain_text("For Eva Malá: Mon 30.11.2026 09:00 (London)")


def suggest_another_date(page: Page) -> None:
    page.get_by_role("link", name="Notifications").click()
    expect(page.locator(".notifications h3")).to_have_text(["Meeting suggested by user new"])
    page.get_by_role("button", name="Answer").click()
    page.get_by_role("link", name="Suggest another date").click()
    page.get_by_label("Reason for rejecting the appointment").select_option(label="The date does not suit me")
    page.get_by_label("Date").fill(BETTER_DATE)
    page.get_by_label("Time").fill("14:00")
    page.get_by_role("button", name="Suggest another date").click()
    expect(status(page)).to_have_text("Rejected")


def confirm_alternative(page: Page) -> None:
    page.get_by_role("link", name="Notifications").click()
    first = page.locator(".notifications li").first
    expect(first.locator("h3")).to_have_text("Alternative date suggested by expert new")
    expect(first).to_contain_text("Tue 01.12.2026 15:00 (Prague)")
    first.get_by_role("button", name="Answer").click()
    page.get_by_role("link", name="Confirm alternative date").click()
    foretold = "30 credits will be blocked; you will have 70 left."
    expect(page.locator(".consequences")).to_contain_text(foretold)
    page.get_by_role("button", name="Confirm alternative date").click()
    expect(status(page)).to_have_text("Agreed")


def join(page: Page, meeting: Meeting) -> None:
    page.goto(meeting.get_absolute_url())
    page.get_by_role("link", name="Join").click()
    page.wait_for_url("**/join/*/room/")
    page.goto(meeting.get_absolute_url())


def answer(page: Page, meeting: Meeting, *, stars: str = "", words: str = "") -> None:
    page.goto(meeting.get_absolute_url())
    page.get_by_role("link", name="Record progress").click()
    page.get_by_label("Meeting went smoothly").check()
    if stars:
        page.get_by_label(stars, exact=True).check()
        page.get_by_label("Your evaluation in words").fill(words)
    page.get_by_role("button", name="Record progress").click()
    page.wait_for_url(f"**{meeting.get_absolute_url()}")


def platform_account(page: Page, operator: User) -> tuple[str, list[str]]:
    """Return what the platform's share holds and its movements, without dates, as the admin shows them."""
    sign_in(page, operator, code=mailbox.code(TOTP_SECRET))
    page.goto("/admin/credits/account/?kind__exact=share")
    follow(page.locator("#result_list tbody a").first)
    held = page.locator(".field-holds .readonly").inner_text()
    lines = page.locator(".field-latest_transfers p").all_inner_texts()
    return held, [line.partition(") ")[2] for line in lines]


def status(page: Page) -> Locator:
    return page.locator(".page-head .badge")


def movements(page: Page) -> list[list[str]]:
    """Return name, amount and balance of each line of My account, newest first."""
    follow(page.get_by_role("link", name="My account").first)
    rows = page.locator(".rows tbody tr")
    cells = [row.locator("td").all_inner_texts() for row in rows.all()]
    return [[name, amount, balance] for _date, name, _for, amount, balance in cells]
