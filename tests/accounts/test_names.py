"""Names that operators keep are read by everyone in their own language, and found in all of them."""

import pytest
from django.utils import translation

from accounts import languages
from accounts.experts.choices import SkillField
from accounts.models import Expertise, ServiceKind, Skill
from accounts.models.names import ReadersName
from tests.accounts.finding import expert, find
from tests.factories import ExpertiseFactory, SkillFactory

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "de", "cs", "sk"]
ACCOUNTING = {
    "name": "Accounting",
    "name_de": "Buchhaltung",
    "name_cs": "Účetnictví",
    "name_sk": "Účtovníctvo",
}
ZOOLOGY = {"name": "Abacus", "name_de": "Zoologie", "name_cs": "Zoologie", "name_sk": "Zoológia"}
WORDS = dict(zip(LANGUAGES, ACCOUNTING.values(), strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reader_has_their_own_name(language: str) -> None:
    skill = SkillFactory.create(**ACCOUNTING)
    with translation.override(language):
        assert (str(skill), skill.label) == (WORDS[language], WORDS[language])


@pytest.mark.parametrize("language", ["de", "fr", "de-at", None])
def test_where_a_name_is_missing_english_is_shown(language: str | None) -> None:
    with translation.override(language):
        assert str(SkillFactory.create(name="Accounting")) == "Accounting"


def test_a_country_makes_no_other_language() -> None:
    with translation.override("de-at"):
        assert str(SkillFactory.create(**ACCOUNTING)) == "Buchhaltung"


def test_a_description_is_read_in_ones_own_language() -> None:
    field = ExpertiseFactory.create(description="Counting", description_cs="Počítání")
    read = []
    for language in ("cs", "de"):
        with translation.override(language):
            read.append(field.summary)
    assert read == ["Počítání", "Counting"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("model", [Expertise, Skill, ServiceKind])
def test_lists_are_in_the_order_of_the_readers_names(model: type[Skill], language: str) -> None:
    own = {"expertise": ExpertiseFactory.create(name="Existing")} if model is Skill else {}
    slugs = [{"slug": "one"}, {"slug": "two"}] if model is Expertise else [{}, {}]
    Expertise.objects.exclude(name="Existing").delete()
    rows = [model.objects.create(**ACCOUNTING, **own, **slugs[0])]
    # "Ú" is no letter behind Z.
    rows.append(model.objects.create(**ZOOLOGY, **own, **slugs[1]))
    with translation.override(language):
        expected = rows[::-1] if language == "en" else rows
        assert list(model.objects.all()) == expected
        assert list(model.objects.reverse()) == expected[::-1]


def test_one_can_order_by_the_name_of_something_else() -> None:
    later = SkillFactory.create(expertise=ExpertiseFactory.create(name="A", name_cs="Z", slug="a"))
    first = SkillFactory.create(expertise=ExpertiseFactory.create(name="B", name_cs="Č", slug="b"))
    with translation.override("cs"):
        assert list(Skill.objects.order_by(ReadersName("expertise__"))) == [first, later]
        assert list(Skill.objects.order_by("expertise")) == [first, later]


def test_skills_are_offered_under_the_names_that_the_reader_knows() -> None:
    field = ExpertiseFactory.create(name="Money", name_cs="Peníze")
    skill = SkillFactory.create(expertise=field, **ACCOUNTING)
    with translation.override("cs"):
        choices = list(SkillField(Skill.objects.all()).choices)
    (group, offered), *none = choices[1:]
    assert (group, [(choice[0].value, choice[1]) for choice in offered]) == (
        "Peníze",
        [(skill.pk, "Účetnictví")],
    )
    assert none == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "typed", ["Accounting", "Buchhaltung", "buchhlatung", "účetnictví", "ucetnictvi", "Účtovníctvo"]
)
def test_a_skill_is_found_by_all_of_its_names(typed: str, language: str) -> None:
    expert("Adam", skills=[SkillFactory.create(**ACCOUNTING)])
    expert("Benda", skills=[SkillFactory.create(name="Measuring")])
    with translation.override(language):
        assert find(typed) == ["Adam"]


@pytest.mark.parametrize("column", ["name_de", "name_cs", "name_sk"])
def test_another_translation_is_found_at_once(column: str) -> None:
    expert("Adam", skills=[SkillFactory.create(name="Accounting")])
    assert find("Buchhaltung") == []
    Skill.objects.update(**{column: "Buchhaltung"})
    assert find("Buchhaltung") == find("Accounting") == ["Adam"]
    Skill.objects.update(**{column: ""})
    assert find("Buchhaltung") == []


def test_languages_are_in_the_order_of_their_names() -> None:
    with translation.override("cs"):
        names = [name for _code, name in languages.choices()]
    some = ["čeština", "dánština", "řečtina", "španělština"]
    assert sorted(some, key=names.index) == some


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Czech, Norwegian Bokmål, Chinese"),
        ("de", "Tschechisch, Norwegisch (Bokmål), Chinesisch"),
        ("cs", "čeština, norština (bokmål), čínština"),
        ("sk", "čeština, nórčina (bokmal), čínština"),
    ],
)
def test_languages_are_nouns_in_each_of_ours(language: str, words: str) -> None:
    with translation.override(language):
        assert languages.in_words(["cs", "nb", "zh"]) == words
        assert {code for code, name in languages.choices() if name} == set(languages.NAMES)
