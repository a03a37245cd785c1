"""Batches of grants and payouts: how lines are read and judged, and that a batch is booked whole and once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from credits import audit, batches, ledger
from credits.batches import NotBooked, NotReadable, Row
from credits.models import Posting, PostingKind
from notifications.models import Notification
from tests.credits import books
from tests.factories import PersonFactory
from tests.threads import at_once, slowly

pytestmark = pytest.mark.django_db

NOW = timezone.now()
ROUNDS = 10


def rows(*lines: str) -> list[Row]:
    return batches.read("\n".join(lines))


def problems(*lines: str, sign: int = 1) -> list[str]:
    return [line.problem for line in batches.judge(rows(*lines), sign=sign).lines]


def book(lines: list[Row], key: UUID, operator: User, seen: str | None = None) -> Any:
    seen = batches.judge(lines, sign=1).digest if seen is None else seen
    how = {"sign": 1, "seen": seen, "key": key, "operator": operator, "now": NOW}
    return batches.book(lines, ledger.grant, **how)


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True)


@pytest.fixture
def anna() -> User:
    return PersonFactory.create(email="anna@example.com", credits=10)


@pytest.mark.parametrize(
    "text",
    [
        "anna@example.com,5,Gift",
        "anna@example.com;5;Gift",
        "anna@example.com\t5\tGift",
        "ANNA@example.com, 5 , Gift",
        "\ufeffanna@example.com,5,Gift\r\n",
        'E-mail;Amount;Reason\r\n\r\nanna@example.com;5;"Gift"\r\n',
    ],
)
def test_lines_are_read_however_they_are_written(text: str) -> None:
    [row] = batches.read(text)
    assert (row.address, row.amount, row.reason) == ("anna@example.com", 5, "Gift")


def test_lines_keep_the_numbers_that_the_text_has() -> None:
    assert [row.number for row in rows("email,amount,reason", "", "a@x.cz,1,x", "", "b@x.cz,1,x")] == [3, 5]


@pytest.mark.parametrize("text", ["", "\n\n", "email,amount,reason"])
def test_nothing_is_no_batch(text: str) -> None:
    with pytest.raises(NotReadable, match="no line"):
        batches.read(text)


def test_a_batch_has_bounds() -> None:
    assert len(rows(*["a@x.cz,1,x"] * 1000)) == 1000
    with pytest.raises(NotReadable, match="These are 1001 lines"):
        rows(*["a@x.cz,1,x"] * 1001)
    with pytest.raises(NotReadable, match="too long"):
        batches.read("x" * 300_001)
    [row] = batches.read("a@x.cz,1," + "x" * 200_000)
    assert len(row.reason) < 2000


@pytest.mark.parametrize("amount", ["0", "-1", "1.5", "1,5", "ten", "", "1000001", "9" * 40, "²", "+5"])
def test_only_whole_bounded_amounts_are_amounts(amount: str, anna: User) -> None:
    assert problems("anna@example.com;1;x", f"anna@example.com;{amount};y")[1]


def test_each_line_says_what_is_wrong_with_it(anna: User) -> None:
    PersonFactory.create(email="blocked@example.com", is_active=False)
    assert problems(
        "anna@example.com,5,Gift",
        "nobody@example.com,5,Gift",
        "anna@example.com,five,Gift",
        "anna@example.com,5,Gift",
        "anna@example.com,5",
        "anna@example.com,5,Gift, with a comma",
        'anna@example.com,5,"Gift, with a comma"',
        "blocked@example.com,5,Gift",
        f"anna@example.com,5,{'x' * 1001}",
    ) == [
        "",
        "Nobody has this address.",
        "“five” is no whole amount from 1 to 1000000.",
        "This is the same as line 1.",
        "An address, an amount and a reason are needed.",
        "There are more than three columns. Put a reason with separators into quotation marks.",
        "",
        "This account is blocked, so it is granted nothing.",
        "The reason is too long.",
    ]


def test_payouts_are_judged_one_after_the_other(anna: User) -> None:
    lines = ("anna@example.com,6,March", "anna@example.com,5,April", "anna@example.com,4,May")
    assert problems(*lines, sign=-1) == ["", "That is 1 credit more than there is.", ""]
    batch = batches.judge(rows(lines[0], lines[2]), sign=-1)
    assert [(line.before, line.after) for line in batch.lines] == [(10, 4), (4, 0)]
    assert batch.total == 10


def test_a_blocked_person_can_be_paid_out(anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert problems("anna@example.com,6,March", sign=-1) == [""]


def test_a_batch_is_booked_with_who_and_why_and_everyone_is_told(anna: User, operator: User) -> None:
    ben = PersonFactory.create(email="ben@example.com")
    book(rows("anna@example.com,5,Gift", "ben@example.com,7,Prize"), uuid4(), operator)
    assert (books.available(anna), books.available(ben)) == (15, 7)
    made = Posting.objects.filter(kind=PostingKind.GRANT, made_by=operator).order_by("pk")
    assert [posting.reason for posting in made] == ["Gift", "Prize"]
    assert Notification.objects.filter(recipient=ben, kind="credits_granted").count() == 1
    assert audit.differences() == []


def test_a_batch_that_comes_twice_books_once(anna: User, operator: User) -> None:
    lines, key = rows("anna@example.com,5,Gift", "anna@example.com,6,Gift"), uuid4()
    seen = batches.judge(lines, sign=1).digest
    assert book(lines, key, operator, seen) is not None
    assert book(lines, key, operator, seen) is None
    assert books.available(anna) == 21


@pytest.mark.parametrize(
    "others",
    [
        ["anna@example.com,5,Gift"],
        ["anna@example.com,5,Gift", "anna@example.com,7,Gift"],
        ["anna@example.com,5,Gift", "anna@example.com,6,Gift", "anna@example.com,7,Gift"],
        ["anna@example.com,5,Gift", "nobody@example.com,6,Gift"],
    ],
)
def test_a_key_that_comes_with_other_lines_books_nothing(
    others: list[str], anna: User, operator: User
) -> None:
    key = uuid4()
    book(rows("anna@example.com,5,Gift", "anna@example.com,6,Gift"), key, operator)
    with pytest.raises(ledger.KeyUsedOtherwise):
        book(rows(*others), key, operator)
    assert books.available(anna) == 21


def test_one_bad_line_or_a_changed_balance_books_nothing(anna: User, operator: User) -> None:
    with pytest.raises(NotBooked):
        book(rows("anna@example.com,5,Gift", "nobody@example.com,5,Gift"), uuid4(), operator)
    lines = rows("anna@example.com,5,Gift")
    seen = batches.judge(lines, sign=1).digest
    ledger.payout(anna, 1, reason="x", made_by=None, key="test:payout", now=NOW)
    with pytest.raises(NotBooked):
        book(lines, uuid4(), operator, seen)
    assert books.available(anna) == 9


def test_a_long_batch_is_booked_whole(operator: User) -> None:
    addresses = [f"person{number}@many.example.com" for number in range(1, 101)]
    User.objects.bulk_create(User(email=address) for address in addresses)
    lines = rows(*(f"{address},{number},Gift" for number, address in enumerate(addresses, 1)))
    book(lines, uuid4(), operator)
    assert Posting.objects.filter(made_by=operator).count() == 100


# --- At the same moment --------------------------------------------------------------------------


def calls(lines: list[Row], operator: User, *keys: UUID) -> list[Callable[[], Any]]:
    seen = batches.judge(lines, sign=1).digest
    return [lambda key=key: book(lines, key, operator, seen) for key in keys]  # type: ignore[misc]


def one_batch_twice() -> None:
    people, operator, key = PersonFactory.create_batch(3), PersonFactory.create(), uuid4()
    lines = rows(*(f"{person.email},5,Gift" for person in people))
    results = at_once(*calls(lines, operator, key, key))
    assert sorted(type(result).__name__ for result in results) == ["Batch", "NoneType"], results
    assert [books.available(person) for person in people] == [5, 5, 5]


def two_batches_that_saw_the_same() -> None:
    """The second would do something else than its operator saw; in whatever order the lines come."""
    people, operator = PersonFactory.create_batch(3), PersonFactory.create()
    lines = rows(*(f"{person.email},5,Gift" for person in people))
    [first], [second] = calls(lines, operator, uuid4()), calls(lines[::-1], operator, uuid4())
    results = at_once(first, second)
    assert sorted(type(result).__name__ for result in results) == ["Batch", "NotBooked"], results
    assert [books.available(person) for person in people] == [5, 5, 5]


RACES = (one_batch_twice, two_batches_that_saw_the_same)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("race", RACES)
def test_every_promise_is_kept(race: Callable[[], None]) -> None:
    for _round in range(ROUNDS):
        race()
    books.assert_in_order()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("race", RACES)
def test_without_the_lock_of_people_a_promise_breaks(
    race: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(User.objects, "select_for_update", lambda **_how: User.objects.all())
    monkeypatch.setattr(batches, "judge", slowly(batches.judge))
    with pytest.raises(AssertionError):  # noqa: PT012 - some round breaks it
        for _round in range(ROUNDS):
            race()


@pytest.mark.parametrize("first", ["petr.example.com; 1.000; Gift", "petr.example.com;;Gift 1", "x@;;"])
def test_a_first_line_that_is_broken_is_judged_not_left_out(first: str) -> None:
    assert len(batches.read(f"{first}\njana@example.com; 5; Gift")) == 2


def test_titles_are_left_out() -> None:
    assert len(batches.read("Email;Amount;Reason\njana@example.com; 5; Gift")) == 1
