"""The operator's day in a browser: disputes, an evaluation by silence, credits, an expert to approve."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from credits import audit, ledger
from meetings.models import Meeting
from meetings.vocabulary import Payment, Status
from tests.browser.conftest import OpenPage
from tests.browser.steps import follow
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory
from tests.meetings.scenarios import closed_by_silence, make_meeting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 360, "height": 740}}
LONG_AGO = timedelta(days=30)


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True, first_name="Olga", last_name="Operator")


def at_the_desk(page: Page, operator: User) -> Page:
    """Open the desk as somebody who is signed in already."""
    client = Client()
    client.force_login(operator)
    page.goto("/")
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": page.url}])
    page.goto("/admin/")
    return page


def waiting(page: Page, words: str) -> int:
    page.goto("/admin/")
    return int(page.get_by_role("link", name=words).locator("strong").inner_text())


def open_first_of(page: Page, queue: str) -> None:
    page.goto("/admin/")
    follow(page.get_by_role("link", name=queue))
    follow(page.locator("th.field-number a").first)


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def state(meeting: Meeting) -> tuple[str, str]:
    fresh = Meeting.objects.get(pk=meeting.pk)
    return fresh.status, fresh.payment


@pytest.mark.parametrize(
    ("button", "foretold", "outcome", "expert_has", "how"),
    [
        ("Decide: held", "30 credits: 24 credits go to", (Status.HELD, Payment.REIMBURSED), 24, {}),
        (
            "Decide: user absent",
            "30 credits: 24 credits go to",
            (Status.NOT_HELD, Payment.REIMBURSED),
            24,
            PHONE,
        ),
        ("Decide: expert absent", "30 credits are released", (Status.NOT_HELD, Payment.RETURNED), 0, PHONE),
    ],
)
def test_a_dispute_is_decided(
    button: str,
    foretold: str,
    outcome: tuple[str, str],
    expert_has: int,
    how: dict[str, object],
    open_page: OpenPage,
    operator: User,
) -> None:
    student = PersonFactory.create(credits=100)
    earlier = make_meeting(Status.UNDER_REVIEW, student=student, now=timezone.now() - 2 * LONG_AGO)
    meeting = make_meeting(Status.UNDER_REVIEW, student=student, now=timezone.now() - LONG_AGO)
    page = at_the_desk(open_page(**how), operator)
    assert waiting(page, "Meetings under review") == 2
    open_first_of(page, "Meetings under review")
    expect(page.get_by_role("heading", name=str(meeting), exact=True)).to_be_visible()
    assert fits(page)
    expect(page.get_by_role("link", name=str(earlier), exact=True)).to_be_visible()
    choice = page.locator(".choices li", has_text=button)
    expect(choice).to_contain_text(foretold)
    follow(choice.get_by_role("link"))
    assert fits(page)
    page.get_by_label("Reason").fill("Both were asked by phone.")
    page.get_by_role("button", name=button).click()
    expect(page.locator(".messagelist")).to_contain_text(f"Done: {button}.")
    assert state(meeting) == outcome
    assert ledger.balance(meeting.expert).available == expert_has
    assert waiting(page, "Meetings under review") == 1
    assert audit.differences() == []


def test_an_evaluation_by_silence_is_reversed_and_another_stands(open_page: OpenPage, operator: User) -> None:
    wrong = closed_by_silence(now=timezone.now() - LONG_AGO)
    right = closed_by_silence(now=timezone.now() - 2 * LONG_AGO)
    page = at_the_desk(open_page(), operator)
    assert waiting(page, "Evaluations by silence") == 2
    open_first_of(page, "Evaluations by silence")
    page.get_by_role("link", name="Reverse the evaluation").click()
    expect(page.locator(".foretold")).to_contain_text("gets 30 credits back")
    page.get_by_label("Reason").fill("The expert was ill.")
    page.get_by_role("button", name="Reverse the evaluation").click()
    expect(page.locator(".messagelist")).to_contain_text("Done: Reverse the evaluation.")
    open_first_of(page, "Evaluations by silence")
    page.get_by_role("link", name="Let the evaluation stand").click()
    page.get_by_label("Reason").fill("The user wrote that all was well.")
    page.get_by_role("button", name="Let the evaluation stand").click()
    expect(page.locator(".messagelist")).to_contain_text("Done: the evaluation stands.")
    assert waiting(page, "Evaluations by silence") == 0
    assert state(wrong) == (Status.NOT_HELD, Payment.RETURNED)
    assert state(right) == (Status.HELD, Payment.REIMBURSED)
    page.goto("/admin/admin/logentry/")
    history = page.locator("#result_list")
    expect(history).to_contain_text("The evaluation by silence stands: to be looked at → off the list.")
    expect(history).to_contain_text("Held, Reimbursed → Not held, Returned")
    assert audit.differences() == []


@pytest.mark.parametrize("scripts", [True, False])
def test_credits_are_granted_by_a_file_with_a_bad_line(
    scripts: bool, open_page: OpenPage, operator: User
) -> None:
    anna, ben = (PersonFactory.create(email=f"{name}@example.com") for name in ("anna", "ben"))
    page = at_the_desk(open_page(java_script_enabled=scripts), operator)
    page.get_by_role("link", name="Accounts", exact=True).click()
    page.get_by_role("link", name="Grant or pay out to many at once").click()
    text = "E-mail;Amount;Reason\nanna@example.com;20;Prize\nben@example.com;twenty;Prize\n"
    file = {"name": "prizes.csv", "mimeType": "text/csv", "buffer": f"\ufeff{text}".encode()}
    page.get_by_label("Or a CSV file").set_input_files([file])
    page.get_by_role("button", name="Look at what would happen").click()
    expect(page.locator("tr.wrong")).to_contain_text("“twenty” is no whole amount")
    expect(page.get_by_role("button", name="Book all lines")).to_have_count(0)
    assert page.get_by_label("Lines:").input_value().splitlines() == text.splitlines()
    page.get_by_label("Lines:").fill(text.replace("twenty", "5"))
    page.get_by_role("button", name="Look again at what would happen").click()
    expect(page.locator(".foretold")).to_contain_text("Grant credits: 2 lines, 25 credits in all.")
    assert ledger.balance(anna).available == 0
    page.get_by_role("button", name="Book all lines").click()
    expect(page.locator(".messagelist")).to_contain_text("All 2 lines are booked.")
    assert (ledger.balance(anna).available, ledger.balance(ben).available) == (20, 5)
    assert LogEntry.objects.count() == 2


def test_an_amount_is_looked_at_twice_and_stands_in_the_statement(
    open_page: OpenPage, operator: User
) -> None:
    person = PersonFactory.create(credits=10)
    page = at_the_desk(open_page(java_script_enabled=False), operator)
    page.goto(f"/admin/accounts/user/{person.pk}/change/")
    page.get_by_role("link", name="Grant credits").click()
    page.get_by_label("Amount in credits").fill("40")
    page.get_by_label("Reason").fill("Invoice 7")
    page.get_by_role("button", name="Grant credits").click()
    expect(page.locator(".foretold")).to_contain_text("Available afterwards: 50 credits.")
    page.get_by_role("button", name="Yes, grant 40 credits").click()
    expect(page.locator(".messagelist")).to_contain_text("now has 50 available.")
    page.get_by_role("link", name="Statement").first.click()
    row = page.locator("tbody tr").first
    for words in ("Credits granted", "Invoice 7", "Olga Operator", "+40", "50"):
        expect(row).to_contain_text(words)


def test_an_expert_is_approved(open_page: OpenPage, operator: User) -> None:
    expert = ExpertFactory.create(is_approved=False)
    ServiceFactory.create(expert=expert)
    page, visitor = at_the_desk(open_page(), operator), open_page()
    visitor.goto("/experts/")
    expect(visitor.get_by_role("link", name=expert.user.name)).to_have_count(0)
    assert waiting(page, "Experts to approve") == 1
    page.get_by_role("link", name="Experts to approve").click()
    page.locator("input[name=_selected_action]").check()
    page.locator("select[name=action]").select_option(label="Approve the selected experts")
    page.get_by_role("button", name="Go").click()
    expect(page.locator(".messagelist")).to_contain_text("1 expert was changed.")
    assert waiting(page, "Experts to approve") == 0
    visitor.reload()
    expect(visitor.get_by_role("link", name=expert.user.name)).to_have_count(1)
