"""The whole path of two people, from signing up to a review, in four ways and four languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from accounts.models import User
from credits import ledger
from meetings.models import Meeting
from tests.accounts import mailbox
from tests.browser.conftest import OpenPage
from tests.browser.ways import ROOM, Finger, Keyboard, Mouse, Person, Way
from tests.factories import PASSWORD, ExpertFactory, ReasonFactory, ServiceFactory, SkillFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TODAY = datetime.fromisoformat("2026-11-23T09:00:00+01:00")
TOMORROW, FIRST_DATE, BETTER_DATE = "2026-11-24", "2026-11-30", "2026-12-01"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@dataclass(frozen=True)
class How:
    """A way to use the site, in a browser set up for it and in its language."""

    way: Way
    options: dict[str, Any] = field(default_factory=dict)
    language: str = "en"

    def person(self, open_page: OpenPage, **options: Any) -> Person:
        return Person(
            open_page(locale=self.language, **self.options | options),
            self.way,
            scripts=self.options.get("java_script_enabled", True),
            is_narrow="viewport" in self.options,
            language=self.language,
        )


WAYS = {
    "with a mouse, in Czech": How(Mouse(), language="cs"),
    "without scripts, in German": How(Mouse(), {"java_script_enabled": False}, language="de"),
    "by keyboard, in English": How(Keyboard()),
    "on a phone, in Slovak": How(Finger(), PHONE, language="sk"),
}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TODAY, tick=True) as traveller:
        yield traveller


@pytest.fixture
def eva() -> User:
    skill = SkillFactory.create(name="Company valuation")
    person = {"user__first_name": "Eva", "user__last_name": "Malá", "user__time_zone": "Europe/London"}
    profile = ExpertFactory.create(**person, skills=[skill])
    ServiceFactory.create(expert=profile, price=30, minutes=60)
    ReasonFactory.create(name="The date does not suit me")
    return profile.user


@pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)
def test_the_whole_path(how: How, open_page: OpenPage, clock: time_machine.Traveller, eva: User) -> None:
    User.objects.filter(pk=eva.pk).update(language=how.language)
    user, expert = how.person(open_page, timezone_id="Europe/Prague"), how.person(open_page)
    sign_up(user)
    sign_in(expert, eva)

    meeting = suggest(user, FIRST_DATE)
    answer(expert, "Meeting suggested by user", "Confirm")
    reschedule(user, meeting)
    answer(expert, "Rescheduling the appointment agreed by the user", "Confirm alternative date")
    meeting.refresh_from_db()
    assert meeting.starts_at.isoformat() == "2026-12-01T13:00:00+00:00"

    other = suggest(user, TOMORROW)
    answer(expert, "Meeting suggested by user", "Confirm")
    cancel_late(user, other)

    clock.move_to(meeting.starts_at - timedelta(minutes=10))
    for person in (user, expert):
        join(person, meeting)
    clock.move_to(meeting.ends_at + timedelta(minutes=5))
    for person, said in ((expert, "Agreed"), (user, "Held")):
        evaluate(person, meeting, stars=person is user)
        assert person.status == person.words(said)
    review(user, meeting)

    assert movements(user) == [
        [user.words("Bonus credits for verbal evaluation"), "+10", "65"],
        [user.words("Deduction of credits for services"), "−30", "55"],
        [user.words("Deduction of credits for services"), "−15", "85"],
        [user.words("Credits granted"), "+100", "100"],
    ]
    assert movements(expert) == [
        [expert.words("Payment of credits for services"), "+24", "36"],
        [expert.words("Payment of credits for services"), "+12", "12"],
    ]


def sign_up(person: Person) -> None:
    person.go("/")
    person.press("link", "Sign up", within=person.page.get_by_role("navigation"))
    person.fill("Email", "jana@example.com")
    person.fill("Password", PASSWORD)
    person.fill("First name", "Jana")
    person.fill("Last name", "Nováková")
    if not person.scripts:  # which would have chosen it
        person.choose("Time zone", "Europe/Prague")
    cache.clear()  # nobody has just signed up with this address
    person.press("button", "Sign up", within=person.main)
    person.go(mailbox.link("jana@example.com"))
    person.press("button", "Confirm the address")
    user = User.objects.get(email="jana@example.com")
    assert user.time_zone == "Europe/Prague"
    ledger.grant(user, 100, reason="Purchase", made_by=None, key="test:purchase", now=timezone.now())


def sign_in(person: Person, who: User) -> None:
    person.go("/account/login/")
    person.fill("Email", who.email)
    person.fill("Password", PASSWORD)
    person.press("button", "Sign in", within=person.main)


def suggest(person: Person, date: str) -> Meeting:
    person.press("link", "Experts", within=person.page.get_by_role("navigation"))
    person.choose("Skill", "Company valuation")
    person.press("button", "Show", within=person.main)
    person.press("link", "Eva Malá")
    person.press("link", "Suggest a meeting")
    person.fill("Date", date)
    person.fill("Time", "10:00")
    person.press("button", "Suggest a meeting")
    assert person.status == person.words("Awaiting approval")
    return Meeting.objects.latest("pk")


def answer(person: Person, title: str, action: str) -> None:
    """Answer what stands first behind the bell."""
    person.press("link", "Notifications", within=person.page.get_by_role("navigation"))
    first = person.page.locator(".notifications li").first
    assert first.locator("h3").inner_text() == f"{person.words(title)} {person.words('new')}"
    person.press("button", "Answer", within=first)
    person.press("link", action, within=person.main)
    person.press("button", action, within=person.main)
    assert person.status == person.words("Agreed")


def reschedule(person: Person, meeting: Meeting) -> None:
    person.go(meeting.get_absolute_url())
    person.press("link", "Reschedule")
    person.fill("Date", BETTER_DATE)
    person.fill("Time", "14:00")
    person.press("button", "Reschedule")
    assert person.status == person.words("Agreed")


def cancel_late(person: Person, meeting: Meeting) -> None:
    person.go(meeting.get_absolute_url())
    person.press("link", "Cancel meeting")
    assert re.search(r"\b15\b.+\b30\b", person.page.locator(".consequences").inner_text())
    person.fill("Reason", "My exam was moved.")
    person.check(person.words("Yes, deduct %(charged)s of %(price)s credits") % {"charged": 15, "price": 30})
    person.press("button", "Cancel meeting")
    assert person.status == person.words("Cancelled")


def join(person: Person, meeting: Meeting) -> None:
    person.go(meeting.get_absolute_url())
    person.press("link", "Join", exact=True)
    if not person.scripts:
        person.press("button", "Join")
    person.page.wait_for_url(ROOM)


def evaluate(person: Person, meeting: Meeting, *, stars: bool) -> None:
    person.go(meeting.get_absolute_url())
    person.press("link", "Record progress")
    person.check("Meeting went smoothly")
    if stars:
        person.check("★★★★")
    person.press("button", "Record progress")


def review(person: Person, meeting: Meeting) -> None:
    person.press("link", "Review")
    person.fill("Your evaluation in words", "Clear and patient.")
    person.press("button", "Review")
    person.go(meeting.expert.expert.get_absolute_url())
    assert person.page.locator(".review blockquote").inner_text() == "Clear and patient."


def movements(person: Person) -> list[list[str]]:
    """Return name, amount and balance of each line of My account, newest first."""
    person.press("link", "My account", within=person.page.get_by_role("navigation"))
    rows = person.page.locator(".rows tbody tr").all()
    cells = [[" ".join(cell.split()) for cell in row.locator("td").all_inner_texts()] for row in rows]
    return [[name, amount, balance] for _date, name, _for, amount, balance in cells]
