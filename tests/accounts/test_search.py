"""Words find experts in spite of typing errors, and what is searched is never out of date."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from accounts.models import ExpertProfile, Skill, User
from tests.accounts.finding import expert, find
from tests.factories import SkillFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed",
    ["Řehoř", "rehor", "REHOR", "Řehor", "Reho", "Rehr", "Rheor", "eva rehor", "Rehoř Eva", "Re\u030chor"],
)
def test_a_name_is_found_without_accents_and_with_typing_errors(typed: str) -> None:
    expert("Řehoř")
    expert("Zielińska", user__first_name="Marta")
    assert find(typed) == ["Řehoř"]


@pytest.mark.parametrize(
    "typed", ["treasury", "tresury", "traesury", "teasury", "treasurry", "Treasury!", "“treasury”", "treas"]
)
def test_a_skill_is_found_with_typing_errors(typed: str) -> None:
    expert("Adam", skills=[SkillFactory.create(name="Treasury")])
    expert("Benda", skills=[SkillFactory.create(name="Measuring")])
    assert find(typed) == ["Adam"]


@pytest.mark.parametrize(
    ("typed", "meant"), [("pyhton", "Python"), ("kesselr", "Kessler"), ("dubios", "Dubois"), ("lodz", "Łódź")]
)
def test_swapped_letters_and_letters_of_other_languages_are_forgiven(typed: str, meant: str) -> None:
    expert("Adam", company=meant)
    expert("Benda", company="Nordhavn")
    assert find(typed) == ["Adam"]


def test_every_word_has_to_fit() -> None:
    expert("Adam", company="Nordhavn")
    expert("Benda", company="Nordhavn")
    assert find("nordhavn adam") == ["Adam"]
    assert find("nordhavn nobody") == []


def test_headline_introduction_company_and_city_are_searched() -> None:
    expert("Adam", headline="Bridges", introduction="I paint submarines.", company="Nordhavn", city="Bergen")
    for typed in ("bridges", "submarines", "subm", "nordhavn", "bergen", "brigdes"):
        assert find(typed) == ["Adam"], typed


def test_what_fits_best_comes_first() -> None:
    expert("Introduced", introduction="Long ago I also did some python.")
    expert("Misspelt", company="Pythom")
    expert("Skilled", skills=[SkillFactory.create(name="Python")])
    expert("Headlined", headline="Python")
    assert find("python") == ["Skilled", "Headlined", "Misspelt", "Introduced"]


@pytest.mark.parametrize("typed", ["", "   ", "!!", "'", "& | !", ":*"])
def test_signs_alone_ask_for_nothing(typed: str) -> None:
    expert("Adam")
    assert find(typed) == ["Adam"]


@pytest.mark.parametrize(
    "typed",
    [
        "O'Brien",
        "c++",
        "a:*",
        "'' | !x",
        "\\",
        "x\\'",
        "%",
        "_",
        "<->",
        "x & !y",
        "日本",
        "हिन्दी",
        "w" * 80,
        "\u200d",
        "O’Brien",
        "ŉa",
        "a＼",
    ],
)
def test_nothing_typed_breaks_the_search(typed: str) -> None:
    find(typed)


def test_signs_have_no_meaning_of_their_own() -> None:
    expert("Adam")
    expert("Benda")
    assert find("!adam") == ["Adam"]


def test_letters_of_other_scripts_are_found() -> None:
    expert("Иванова", headline="日本語")
    assert find("иванова") == find("Иван") == find("日本語") == ["Иванова"]


def search_text() -> str:
    return ExpertProfile.objects.values_list("search_text", flat=True).get()


def test_another_name_is_found_at_once() -> None:
    profile = expert("Adam")
    User.objects.filter(pk=profile.pk).update(last_name="Nová")
    assert find("adam") == []
    assert find("nova") == ["Nová"]


def test_another_name_of_a_skill_is_found_at_once() -> None:
    expert("Adam", skills=[SkillFactory.create(name="Treasury")])
    Skill.objects.update(name="Valuation")
    assert (find("treasury"), find("valuation")) == ([], ["Adam"])


def test_skills_taken_up_and_given_up_are_found_at_once() -> None:
    profile = expert("Adam", skills=[SkillFactory.create(name="Treasury")])
    profile.skills.add(SkillFactory.create(name="Python"))
    assert find("python treasury") == ["Adam"]
    profile.skills.set([SkillFactory.create(name="Python")])
    assert (find("treasury"), find("python")) == ([], ["Adam"])


def test_a_profile_saved_from_an_old_copy_loses_nothing() -> None:
    profile = expert("Adam")
    old = ExpertProfile.objects.get()
    profile.skills.add(SkillFactory.create(name="Python"))
    old.headline = "Submarines"
    old.save()
    assert find("python submarines") == ["Adam"]


def test_rows_written_past_the_models_are_found() -> None:
    expert("Adam")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_expertprofile SET introduction = 'Sausages', search_text = 'nonsense'"
        )
    assert find("sausages adam") == ["Adam"]
    assert "false" not in search_text()


def choose(profile: ExpertProfile, skill: Skill) -> None:
    profile.skills.add(skill)


def rename(profile: ExpertProfile, skill: Skill) -> None:
    Skill.objects.filter(pk=skill.pk).update(name="Python")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("first", "second"), [(choose, rename), (rename, choose)])
def test_a_skill_renamed_while_it_is_chosen_is_found(
    first: Callable[..., None], second: Callable[..., None]
) -> None:
    profile, skill = (
        expert("Adam", skills=[SkillFactory.create(name="Valuation")]),
        SkillFactory.create(name="Go"),
    )

    def another() -> None:
        try:
            second(profile, skill)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            first(profile, skill)
            waiting = threads.submit(another)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        waiting.result(timeout=30)
    assert (find("go"), find("python")) == ([], ["Adam"])
