"""From an empty machine to a paid meeting, then every container restarted, and all taken down and up."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Error, Page, expect

from tests.accounts import mailbox
from tests.browser.conftest import OpenPage
from tests.browser.ways import Mouse, Person
from tests.containers.stack import LASTING, SITE, Stack, await_that
from tests.factories import PASSWORD
from tests.mailserver import MailServer

OPERATOR, STUDENT, EXPERT = "olga@example.com", "jana@example.com", "eva@example.com"
PICTURES = Path("pictures") / "containers"
# A container that starts changes the machine's network, and browsers then give up what they load.
UNTIL_THE_NETWORK_IS_QUIET = 8
IN_A_WEEK = (timezone.now() + timedelta(days=7)).date().isoformat()
JOB = "forget sessions that are over"


def test_the_walk(stack: Stack, open_page: OpenPage, mail_server: MailServer) -> None:
    answers = site_answers(open_page())
    print(f"\nFirst page after {await_that(answers, 'the site answers'):.0f} s")
    operator, student, expert = (Person(open_page(), Mouse()) for _each in range(3))
    letters = Letters(mail_server)

    first_operator(stack, operator)
    fill_catalogue(operator)
    sign_up(student, "Jana", STUDENT, letters)
    sign_up(expert, "Eva", EXPERT, letters)
    become_expert(expert)
    approve(operator)
    grant(operator, STUDENT)

    meeting = suggest(student)
    confirm(expert, meeting, letters)
    over_since_yesterday(stack, meeting)
    for person in (expert, student):
        record(person, meeting)
    assert student.status == "Held"
    assert_paid(student, expert)
    stack.inside("web", "python", "manage.py", "audit")

    pause_and_resume(operator)
    assert_locked_down(stack)
    for name in LASTING:
        restart(stack, name, answers, student, letters)
    assert_janus_works(stack)
    stopped_and_started(stack, answers)
    assert_paid(student, expert)
    stack.inside("web", "python", "manage.py", "audit")
    print(stack.do("ps"))


class Letters:
    """What arrived at the mail server."""

    def __init__(self, server: MailServer) -> None:
        self.server = server

    def link(self, address: str, title: str) -> str:
        """Wait for a mail and return where its button leads, on our site."""
        await_that(lambda: bool(self._found(address, title)), f"“{title}” arrives at {address}")
        text = self._found(address, title)[-1]
        found = re.search(rf"{re.escape(SITE)}(\S+)", text)
        assert found is not None, text
        return found.group(1)

    def number(self, address: str) -> int:
        return self.server.recipients().count(address)

    def _found(self, address: str, title: str) -> list[str]:
        mails = [mail for mail in list(self.server.accepted) if mail["To"] == address]
        return [mail.get_body(("plain",)).get_content() for mail in mails if title in mail["Subject"]]  # type: ignore[union-attr]


def site_answers(page: Page) -> Callable[[], bool]:
    """Return what asks the first page, through the proxy."""

    def answers() -> bool:
        try:
            answer = page.goto(f"{SITE}/")
        except Error:
            return False
        return answer is not None and answer.status == 200

    return answers


# --- Before there is anybody --------------------------------------------------------------------------


def first_operator(stack: Stack, operator: Person) -> None:
    """Make the first operator by a command; on the way into the admin a second factor is set up."""
    named = {"DJANGO_SUPERUSER_EMAIL": OPERATOR, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    stack.inside("web", "python", "manage.py", "createsuperuser", "--noinput", **named)
    sign_in(operator, OPERATOR)
    operator.go("/admin/")
    picture(operator, "second-factor")
    if operator.page.get_by_label("Password").count():
        operator.fill("Password", PASSWORD)
        operator.press("button", "Go on", within=operator.main)
    if operator.page.locator("code.secret").count() == 0:
        operator.press("link", "Set up a second factor", within=operator.main)
    if operator.page.get_by_label("Password").count():
        operator.fill("Password", PASSWORD)
        operator.press("button", "Go on", within=operator.main)
    secret = operator.page.locator("code.secret").inner_text()
    operator.fill("Authenticator code", mailbox.code(secret))
    operator.press("button", "Set it up", within=operator.main)
    operator.go("/admin/")
    expect(operator.page.get_by_text("What waits")).to_be_visible()
    picture(operator, "operators-start-page")


def fill_catalogue(operator: Person) -> None:
    page = operator.page
    page.goto("/admin/accounts/expertise/add/")
    page.get_by_label("English").first.fill("Finance")
    page.locator("#id_skills-0-name").fill("Company valuation")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_be_visible()


# --- People come --------------------------------------------------------------------------------------


def sign_up(person: Person, name: str, address: str, letters: Letters) -> None:
    person.go("/account/signup/")
    person.fill("Email", address)
    person.fill("Password", PASSWORD)
    person.fill("First name", name)
    person.fill("Last name", "Nová")
    person.choose("Time zone", "Europe/Prague")
    person.press("button", "Sign up", within=person.main)
    picture(person, f"signed-up-{name.lower()}")
    person.go(letters.link(address, "onfirm"))
    person.press("button", "Confirm the address")


def sign_in(person: Person, address: str) -> None:
    person.go("/account/login/")
    person.fill("Email", address)
    person.fill("Password", PASSWORD)
    person.press("button", "Sign in", within=person.main)


def become_expert(expert: Person) -> None:
    expert.go("/account/expert/")
    for label, text in (
        ("Headline", "What a company is worth"),
        ("Introduction", "Twenty years of it."),
        ("City", "Praha"),
    ):
        expert.fill(label, text)
    for choice in ("Company valuation", "English"):
        expert.check(choice)
    expert.press("button", "Save", within=expert.main)
    expert.press("link", "Add a service")
    expert.choose("Kind", "Expert Advice")
    expert.fill("Length in minutes", "60")
    expert.fill("Price in credits", "30")
    expert.press("button", "Save", within=expert.main)
    picture(expert, "expert-settings")


def approve(operator: Person) -> None:
    page = operator.page
    page.goto("/admin/")
    page.get_by_role("link", name="Experts to approve").click()
    page.locator("input[name=_selected_action]").check()
    page.locator("select[name=action]").select_option(label="Approve the selected experts")
    page.get_by_role("button", name="Go").click()
    expect(page.locator(".messagelist")).to_contain_text("1 expert was changed.")


def grant(operator: Person, address: str) -> None:
    page = operator.page
    page.goto(f"/admin/accounts/user/?q={address}")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Grant credits").click()
    page.get_by_label("Amount in credits").fill("100")
    page.get_by_label("Reason").fill("Invoice 7")
    page.get_by_role("button", name="Grant credits").click()
    page.get_by_role("button", name="Yes, grant 100 credits").click()
    expect(page.locator(".messagelist")).to_contain_text("now has 100 available.")


# --- A meeting, from suggestion to payment ------------------------------------------------------------


def suggest(student: Person) -> str:
    """Suggest a date and return the URL of the meeting."""
    student.go("/experts/")
    student.press("link", "Eva Nová")
    student.press("link", "Suggest a meeting")
    student.fill("Date", IN_A_WEEK)
    student.fill("Time", "10:00")
    student.press("button", "Suggest a meeting", within=student.main)
    assert student.status == "Awaiting approval"
    picture(student, "suggested")
    return student.page.url.removeprefix(SITE)


def confirm(expert: Person, meeting: str, letters: Letters) -> None:
    expert.go(letters.link(EXPERT, "Meeting suggested by user"))
    picture(expert, "asked")
    expert.go(meeting)
    expert.press("link", "Confirm", within=expert.main)
    expert.press("button", "Confirm", within=expert.main)
    assert expert.status == "Agreed"
    assert letters.link(STUDENT, "Meeting confirmed by expert")


def over_since_yesterday(stack: Stack, meeting: str) -> None:
    """Let the week pass: the only thing here that people do not do themselves."""
    number = int(re.findall(r"\d+", meeting)[-1])
    columns = ("starts_at", "ends_at", "agreed_at")
    earlier = ", ".join(f"{column} = {column} - interval '8 days'" for column in columns)
    stack.sql(f"UPDATE meetings_meeting SET {earlier} WHERE id = {number}")  # noqa: S608 - a number


def record(person: Person, meeting: str) -> None:
    person.go(meeting)
    person.press("link", "Record progress")
    person.check("Meeting went smoothly")
    if person.page.get_by_label("★★★★", exact=True).count():
        person.check("★★★★")
    person.press("button", "Record progress", within=person.main)
    picture(person, f"recorded-{'expert' if person.status == 'Agreed' else 'student'}")


def assert_paid(student: Person, expert: Person) -> None:
    for person, words, amount in (
        (student, "Deduction of credits for services", "−30"),
        (expert, "Payment of credits for services", "+24"),
    ):
        person.go("/credits/")
        row = person.page.locator(".rows tbody tr").filter(has_text=words)
        expect(row).to_contain_text(amount)
    picture(student, "my-account")


# --- To run it ----------------------------------------------------------------------------------------


def pause_and_resume(operator: Person) -> None:
    for action, told in (("Pause", "is paused"), ("Resume", "runs again")):
        page = operator.page
        page.goto("/admin/django_celery_beat/periodictask/")
        page.locator("#result_list tr", has_text=JOB).get_by_role("checkbox").check()
        page.locator("select[name=action]").select_option(label=f"{action} the selected jobs")
        page.get_by_role("button", name="Go").click()
        expect(page.locator(".messagelist")).to_contain_text(told)
    picture(operator, "jobs")


def assert_locked_down(stack: Stack) -> None:
    """Our programs are no root, cannot write, and have nothing at hand that only tries or shows the site."""
    for name in ("web", "worker", "worker-mail", "worker-video", "beat"):
        assert stack.inside(name, "id", "-un").strip() == "expertim"
        with pytest.raises(AssertionError, match="Read-only file system"):
            stack.inside(name, "touch", "/app/written")
    files = stack.inside("web", "ls", "-A", "/app").split()
    assert {"runner", "run.py", "tests", "benchmarks", ".env", ".git"} & set(files) == set()
    assert "demo" not in stack.inside("web", "ls", "/app/meetings").split()


def restart(stack: Stack, name: str, answers: Callable[[], bool], student: Person, letters: Letters) -> None:
    """After a restart of a container pages answer, and a mail that somebody causes arrives."""
    stack.do("restart", "-t", "20", name)
    time.sleep(UNTIL_THE_NETWORK_IS_QUIET)
    seconds = await_that(answers, f"the site answers after a restart of {name}")
    before = letters.number(EXPERT)
    meeting = suggest(student)
    student.press("link", "Cancel request", within=student.main)
    student.press("button", "Cancel request", within=student.main)
    mailed = await_that(
        lambda: letters.number(EXPERT) >= before + 1, f"mails go out after a restart of {name}"
    )
    print(f"{name} restarted: pages after {seconds:.0f} s, mail after {mailed:.0f} s ({meeting})")


def assert_janus_works(stack: Stack) -> None:
    """Bring Janus up beside the rest; the site finds nothing wrong with it."""
    stack.do("--profile", "janus", "up", "-d", "--no-deps", "janus")
    checks = ("python", "manage.py", "check_video")
    await_that(lambda: "janus" in stack.do("ps"), "Janus runs")
    time.sleep(5)
    print(stack.inside("web", *checks, VIDEO_PLATFORM="janus"))
    stack.do("--profile", "janus", "stop", "janus")
    time.sleep(UNTIL_THE_NETWORK_IS_QUIET)


def stopped_and_started(stack: Stack, answers: Callable[[], bool]) -> None:
    """Take all containers down and up again: the volumes keep what there was."""
    counted = "SELECT count(*) FROM meetings_meeting"
    before = stack.sql(counted)
    stack.do("down")
    stack.do("up", "-d")
    time.sleep(UNTIL_THE_NETWORK_IS_QUIET)
    print(f"Down and up: first page after {await_that(answers, 'the site answers again'):.0f} s")
    assert stack.sql(counted) == before


def picture(person: Person, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    person.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
