"""The page that grants or pays out to many at once: a dry run line by line, then all or nothing."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from credits import ledger
from credits.models import Posting
from tests.factories import PersonFactory
from tests.meetings.page_forms import form_of

pytestmark = pytest.mark.django_db

PAGE = "/admin/credits/account/batch/"
LINES = "anna@example.com,5,Gift\nben@example.com,7,Prize"


@pytest.fixture
def site(client: Client) -> Client:
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def people() -> list[User]:
    return [PersonFactory.create(email=f"{name}@example.com", credits=10) for name in ("anna", "ben")]


def look(site: Client, lines: str = LINES, movement: str = "grant", **more: Any) -> Any:
    form = form_of(site.get(PAGE).text, movement=movement, lines=lines)
    return site.post(PAGE, form | more)


def again(shown: Any, lines: str = LINES, movement: str = "grant") -> dict[str, str]:
    return form_of(shown.text, movement=movement, lines=lines)


def available(people: list[User]) -> list[int]:
    return [ledger.balance(person).available for person in people]


def test_the_dry_run_shows_each_line_and_books_nothing(site: Client, people: list[User]) -> None:
    shown = look(site)
    assert shown.status_code == 200
    for person, after in zip(people, ("10 → 15", "10 → 17"), strict=True):
        assert person.name in shown.text
        assert after in shown.text
    assert "Grant credits: 2 lines, 12 credits in all." in shown.text
    assert "Book all lines" in shown.text
    assert available(people) == [10, 10]


def test_what_was_looked_at_is_booked_and_logged_for_each_person(site: Client, people: list[User]) -> None:
    answer = site.post(PAGE, again(look(site)), follow=True)
    assert "All 2 lines are booked." in answer.text
    assert available(people) == [15, 17]
    logged = LogEntry.objects.order_by("pk")
    assert [(entry.object_id, entry.change_message) for entry in logged] == [
        (str(people[0].pk), "Grant credits, in a batch: 10 → 15. Note: Gift"),
        (str(people[1].pk), "Grant credits, in a batch: 10 → 17. Note: Prize"),
    ]


def test_payouts_leave_the_books(site: Client, people: list[User]) -> None:
    shown = look(site, movement="payout")
    assert "10 → 5" in shown.text
    site.post(PAGE, again(shown, movement="payout"))
    assert available(people) == [5, 3]


def test_a_repeated_request_books_and_logs_once(site: Client, people: list[User]) -> None:
    form = again(look(site))
    for _ in range(2):
        assert "All 2 lines are booked." in site.post(PAGE, form, follow=True).text
    assert available(people) == [15, 17]
    assert LogEntry.objects.count() == 2


def test_a_bad_line_is_named_and_stops_all(site: Client, people: list[User]) -> None:
    lines = f"{LINES}\nnobody@example.com,7,Prize"
    shown = look(site, lines)
    assert "Nobody has this address." in shown.text
    assert "1 line cannot be booked, so nothing is booked." in shown.text
    assert "Book all lines" not in shown.text
    assert "nobody@example.com,7,Prize</textarea>" in shown.text
    assert "Nobody has this address." in site.post(PAGE, again(shown, lines)).text
    assert available(people) == [10, 10]
    assert site.post(PAGE, again(site.post(PAGE, again(shown)))).status_code == 302
    assert available(people) == [15, 17]


@pytest.mark.parametrize("changed", ["lines", "balance", "movement"])
def test_what_changes_after_the_look_is_shown_anew(changed: str, site: Client, people: list[User]) -> None:
    form = again(look(site))
    if changed == "lines":
        form["lines"] = LINES.replace("5", "6")
    if changed == "movement":
        form["movement"] = "payout"
    if changed == "balance":
        how = {"reason": "x", "made_by": None, "key": "test:meanwhile", "now": people[0].date_joined}
        ledger.payout(people[0], 1, **how)
    before = available(people)
    answer = site.post(PAGE, form)
    assert answer.status_code == 409
    assert "Nothing was booked, because something has changed." in answer.text
    assert available(people) == before
    assert site.post(PAGE, again(answer, form["lines"], form["movement"])).status_code == 302
    assert available(people) != before


def test_a_form_that_comes_again_with_other_lines_books_nothing(site: Client, people: list[User]) -> None:
    form = again(look(site))
    site.post(PAGE, form)
    answer = site.post(PAGE, form | {"lines": "anna@example.com,5,Gift"})
    assert "sent before with other lines" in answer.text
    assert available(people) == [15, 17]


def test_a_file_takes_the_place_of_the_lines(site: Client, people: list[User]) -> None:
    content = "\ufeffE-mail;Amount;Reason\r\nanna@example.com;5;Dárek\r\n".encode()
    shown = look(site, "", file=SimpleUploadedFile("batch.csv", content))
    assert "10 → 15" in shown.text
    assert "anna@example.com;5;Dárek" in shown.text
    site.post(PAGE, again(shown, "E-mail;Amount;Reason\r\nanna@example.com;5;Dárek"))
    assert available(people) == [15, 10]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("anna@example.com;5;Dárek".encode("cp1250"), "no text in UTF-8"),
        (b"PK\x03\x04\x00\x00", "no text in UTF-8"),
        (b"x" * 1_300_000, "too large"),
        (b"x," * 200_000, "too long"),
        (b"email,amount,reason", "no line to book"),
    ],
)
def test_files_that_are_no_batch_are_refused_in_words(content: bytes, words: str, site: Client) -> None:
    shown = look(site, "", file=SimpleUploadedFile("batch.csv", content))
    assert shown.status_code == 409
    assert words in shown.text


def test_only_who_may_move_credits_gets_there(client: Client, people: list[User]) -> None:
    looker = PersonFactory.create(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=["view_account", "view_posting"]))
    client.force_login(looker)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"lines": LINES, "movement": "grant"}).status_code == 403
    assert PAGE not in client.get(reverse("admin:credits_account_changelist")).text
    assert not Posting.objects.exclude(reason="test").exists()


def test_the_list_of_accounts_leads_there(site: Client) -> None:
    assert PAGE in site.get(reverse("admin:credits_account_changelist")).text
