"""The directory: its filters live in the address, break on nothing, and stay quick."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import search
from accounts.experts import directory
from accounts.models import ExpertProfile, User
from accounts.models.expert import HIGHEST_PRICE
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory, ServiceKindFactory, SkillFactory
from tests.pages import as_person

pytestmark = pytest.mark.django_db


def expert(
    last_name: str = "Adam", *, price: int = 30, kind: str = "Expert Advice", **how: Any
) -> ExpertProfile:
    profile: ExpertProfile = ExpertFactory.create(user__last_name=last_name, **how)
    ServiceFactory.create(expert=profile, price=price, kind=ServiceKindFactory.create(name=kind))
    return profile


def names(client: Client, query: str = "") -> list[str]:
    return [found.user.last_name for found in client.get(f"/experts/?{query}").context["experts"]]


def text(client: Client, query: str = "") -> str:
    return client.get(f"/experts/?{query}").content.decode()


def test_words_are_searched_with_typing_errors_and_ranked() -> None:
    expert("Introduced", introduction="Once I met a treasury.")
    expert("Skilled", skills=[SkillFactory.create(name="Treasury")])
    expert("Other")
    assert names(Client(), "q=tresury") == ["Skilled"]
    assert names(Client(), "q=treasury") == ["Skilled", "Introduced"]


def test_words_come_before_wishes_and_wishes_before_names() -> None:
    wanted = SkillFactory.create(name="Python")
    person = PersonFactory.create()
    person.wanted_skills.add(wanted)
    expert("Adam", company="Nordhavn")
    expert("Benda", company="Nordhavn", skills=[wanted])
    liked = expert("Cerny", company="Nordhavn")
    person.favourites.add(liked)
    expert("Wished", introduction="nordhavn", skills=[wanted])
    assert names(as_person(person)) == ["Benda", "Wished", "Cerny", "Adam"]
    assert names(as_person(person), "q=nordhavn")[-1] == "Wished"


def test_visitors_find_no_private_expert_by_any_word() -> None:
    expert("Hidden", is_public=False, introduction="submarines")
    assert names(Client(), "q=hidden") == names(Client(), "q=submarines") == []


def test_price_and_kind_are_asked_of_one_service() -> None:
    both = expert("Both", price=10, kind="Career Guidance")
    ServiceFactory.create(expert=both, price=90, kind=ServiceKindFactory.create(name="Expert Advice"))
    expert("Dear", price=80, kind="Career Guidance")
    advice = ServiceKindFactory.create(name="Expert Advice").pk
    assert names(Client(), "price=10") == names(Client(), "price=79") == ["Both"]
    assert names(Client(), "price=9") == names(Client(), "price=0") == []
    assert names(Client(), f"price=79&kind={advice}") == []
    assert names(Client(), f"price=90&kind={advice}") == ["Both"]


def test_a_service_that_is_offered_no_longer_does_not_count() -> None:
    profile = expert("Adam", price=50)
    ServiceFactory.create(expert=profile, price=5, is_active=False)
    assert names(Client(), "price=20") == []


def test_a_free_service_is_found() -> None:
    expert("Free", price=0)
    expert("Dear", price=1)
    assert names(Client(), "price=0") == ["Free"]


def test_spoken_language() -> None:
    expert("Adam", languages=["cs", "en"])
    expert("Benda", languages=["en"])
    assert names(Client(), "language=cs") == ["Adam"]
    assert names(Client(), "language=en") == ["Adam", "Benda"]
    assert names(Client(), "language=xx") == ["Adam", "Benda"]


def test_favourites_only() -> None:
    person = PersonFactory.create()
    person.favourites.add(expert("Liked"))
    expert("Other")
    assert names(as_person(person), "favourites=on") == ["Liked"]
    assert names(Client(), "favourites=on") == ["Liked", "Other"]


def test_skills_are_offered_and_looked_for_within_the_chosen_expertise() -> None:
    valuation = SkillFactory.create(name="Valuation")
    brand = SkillFactory.create(name="Brand", expertise__slug="marketing", expertise__name="Marketing")
    expert("Adam", skills=[valuation])
    expert("Benda", skills=[brand])

    def offered(query: str) -> list[str]:
        field = Client().get(f"/experts/?{query}").context["filter"].fields["skill"]
        return [label for _group, skills in list(field.choices)[1:] for _pk, label in skills]

    assert offered("") == ["Valuation", "Brand"]
    assert offered("expertise=marketing") == ["Brand"]
    assert names(Client(), "expertise=marketing") == ["Benda"]
    # A skill of another Expertise is no longer offered: it narrows nothing.
    assert names(Client(), f"expertise=marketing&skill={valuation.pk}") == ["Benda"]


def test_the_page_keeps_what_was_asked_for_and_its_pager_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(14):
        expert(f"Nordhavn{number:02}", languages=["cs"], price=20)
    query = "q=nordhvan&language=cs&price=30"
    page = text(Client(), query)
    assert 'value="nordhvan"' in page
    assert '<option value="cs" selected>' in page
    assert "14 experts" in page
    assert "q=nordhvan&amp;language=cs&amp;price=30&amp;page=2" in page
    assert len(names(Client(), f"{query}&page=2")) == 2


NONSENSE = [
    "\x00",
    "a\x00b",
    "9" * 5000,
    "-1",
    "1e9",
    "ÿ",
    "💥" * 30,
    "x" * 5000,
    "'; --",
    "%",
    "\ud800".encode("utf-8", "replace").decode(),
    "٣",
    "null",
]


@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("name", ["expertise", "skill", "kind", "language", "price", "favourites", "page"])
def test_nonsense_narrows_nothing_and_breaks_nothing(name: str, nonsense: str) -> None:
    expert("Adam", price=0)
    assert names(as_person(None), f"{name}={quote(nonsense)}") == ["Adam"]


@pytest.mark.parametrize("typed", ["-5", "9999999", "2.5", "many"])
def test_a_price_that_cannot_be_is_said_at_its_field_and_stays_there(typed: str) -> None:
    expert("Adam", price=0)
    page = text(Client(), f"price={typed}")
    words = f"Please enter a whole number from 0 to {HIGHEST_PRICE}."
    assert f'id="id_price_error"><li>{words}</li>' in page
    assert re.search(rf'name="price" value="{re.escape(typed)}"[^>]* aria-invalid="true"', page)


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_no_words_break_the_search(nonsense: str) -> None:
    assert Client().get(f"/experts/?q={quote(nonsense)}").status_code == 200


def test_words_that_are_too_long_or_invisible_narrow_nothing() -> None:
    expert("Adam")
    assert names(Client(), "q=" + "x" * 81) == names(Client(), "q=%00") == ["Adam"]


def test_a_search_without_a_result_says_what_to_do() -> None:
    expert("Adam")
    page = text(Client(), "q=submarine&price=1")
    assert "No expert matches all of this" in page
    assert "Use fewer words" in page
    assert "Sign in" in page
    assert 'href="/experts/"' in page


def test_as_many_queries_for_one_as_for_thirty() -> None:
    person = PersonFactory.create()
    person.wanted_skills.add(SkillFactory.create(name="Python"))
    client = as_person(person)
    expert("Nordhavn")

    def queries(query: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(f"/experts/?{query}").status_code == 200
        return len(captured)

    addresses = ["", "q=nordhavn", "q=nordhvan&price=90", "q=nordhavn&page=2", "language=cs"]
    few = [queries(address) for address in addresses]
    for number in range(29):
        expert(f"Nordhavn{number}", skills=[SkillFactory.create(name=f"S{number}"), SkillFactory.create()])
    assert [queries(address) for address in addresses] == few


def test_of_very_many_some_are_shown_and_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "MOST_FOUND", 3)
    monkeypatch.setattr("meetings.views.experts.MOST_FOUND", 3)
    person = PersonFactory.create()
    for number in range(5):
        expert(f"N{number}")
    wished = expert("Wished", skills=[SkillFactory.create(name="Python")])
    person.wanted_skills.add(wished.skills.get())
    assert names(as_person(person))[0] == "Wished"
    page = text(as_person(person))
    assert "More than 3 experts" in page
    assert "Page" not in page


def test_home_puts_only_some_of_very_many_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "MOST_FOUND", 3)
    for number in range(7):
        expert(f"N{number}")
    shown = [found.user.last_name for found in Client().get("/").context["experts"]]
    assert len(shown) == 4
    assert shown == sorted(shown)


# --- many experts ---------------------------------------------------------------------------------

MANY = 5_000


def make_many() -> None:
    """Write thousands of experts, each with a name of their own."""
    users = [
        User(email=f"many{n}@example.com", first_name="Eva", last_name=f"{n * 7919 % 99991}x{n}")
        for n in range(MANY)
    ]
    User.objects.bulk_create(users)
    shown = {"is_approved": True, "is_public": True}
    ExpertProfile.objects.bulk_create(
        ExpertProfile(user=user, headline=f"Words {user.email}", **shown) for user in users
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user, accounts_expertprofile")


def plans(text: str) -> str:
    """Return what the function of the database really does, as Postgres would log it."""
    words = search.words_of(text)
    with connection.cursor() as cursor:
        cursor.execute("LOAD 'auto_explain'; SET LOCAL auto_explain.log_min_duration = 0")
        cursor.execute(
            "SET LOCAL auto_explain.log_nested_statements = on; SET LOCAL auto_explain.log_level = notice"
        )
        notices: list[str] = []
        connection.connection.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
        list(ExpertProfile.objects.filter(search.fits(words)).values_list("pk"))
    return "".join(notice for notice in notices if "search_vector @@" in notice)


@pytest.mark.parametrize("words", ["Řehoř", "Rehro nordhavn", "zzzzqqq"])
def test_words_are_looked_up_in_the_indexes(words: str) -> None:
    make_many()
    plan = plans(words)
    assert "accounts_expert_like" in plan
    assert "accounts_expert_words" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("signs", ["😀", "%%%%", "?!"])
def test_signs_alone_find_nobody(signs: str) -> None:
    expert("Anna")
    page = text(Client(), f"q={quote(signs)}")
    assert "No expert matches" in page
    assert "Search for letters or digits" in page


@pytest.mark.parametrize(("prices", "is_said"), [((0,), False), ((0, 30), True)])
def test_only_who_charges_promises_more_for_credits(prices: tuple[int, ...], is_said: bool) -> None:
    expert = ServiceFactory.create(price=prices[0]).expert
    for price in prices[1:]:
        ServiceFactory.create(expert=expert, price=price)
    page = Client().get("/experts/").text
    assert expert.user.name in page
    assert ("more for credits" in page) == is_said
