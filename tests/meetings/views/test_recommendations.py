"""Experts for one person on the dashboard: who, in which order, why, and at what cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.experts import directory
from accounts.models import ExpertProfile, Skill, User
from meetings.views import recommendations
from meetings.vocabulary import Action
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory, SkillFactory
from tests.meetings.scenarios import BY_USER, act, suggest
from tests.pages import as_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return PersonFactory.create(credits=500)


@pytest.fixture
def python() -> Skill:
    return SkillFactory.create(name="Python")


def expert(name: str, *skills: Skill, **how: object) -> ExpertProfile:
    profile: ExpertProfile = ExpertFactory.create(user__last_name=name, skills=list(skills) or None, **how)
    ServiceFactory.create(expert=profile, price=10)
    return profile


def found(person: User) -> list[tuple[str, str]]:
    experts = recommendations.experts_for(person, None, timezone.now())
    return [(found.expert.user.last_name, found.why) for found in experts]


def test_favourites_then_wanted_skills_then_others_each_with_its_reason(person: User, python: Skill) -> None:
    writing = SkillFactory.create(name="Writing")
    person.wanted_skills.set([python, writing])
    expert("Anybody")
    expert("Both", python, writing)
    expert("One", python)
    person.favourites.set([expert("Liked"), expert("Loved", python)])
    assert found(person) == [
        ("Loved", "One of your favourites, who offers what you want to develop: Python."),
        ("Liked", "One of your favourites."),
        ("Both", "Offers what you want to develop: Python, Writing."),
        ("One", "Offers what you want to develop: Python."),
        ("Anybody", ""),
    ]


def test_many_favourites_leave_half_of_the_places_to_wanted_skills(person: User, python: Skill) -> None:
    person.wanted_skills.add(python)
    person.favourites.set([expert(f"Liked{n}") for n in range(7)])
    for n in range(7):
        expert(f"Fit{n}", python)
    names = [name for name, _why in found(person)]
    assert names == ["Liked0", "Liked1", "Liked2", "Fit0", "Fit1", "Fit2"]
    person.wanted_skills.clear()
    assert [name for name, _why in found(person)] == [f"Liked{n}" for n in range(6)]


def test_whom_one_is_to_meet_or_cannot_book_is_left_out(person: User, python: Skill) -> None:
    person.wanted_skills.add(python)
    now = timezone.now()
    met = expert("Met", python)
    meeting = suggest(now=now, student=person, service=met.services.get(), price=10)
    own = ExpertFactory.create(user=person, skills=[python])
    ServiceFactory.create(expert=own)
    person.favourites.set([met, expert("Unapproved", python, is_approved=False), own])
    expert("Blocked", python, user__is_active=False)
    assert found(person) == []
    act(meeting, Action.CANCEL_REQUEST, BY_USER, now=now)
    assert [name for name, _why in found(person)] == ["Met"]


def test_the_chosen_expertise_narrows_it(person: User, python: Skill) -> None:
    marketing = SkillFactory.create(expertise__slug="marketing", expertise__name="Marketing", name="Brands")
    person.wanted_skills.set([python, marketing])
    expert("Coder", python)
    expert("Seller", marketing)
    page = as_person(person).get("/meetings/?expertise=marketing")
    assert [shown.expert.user.last_name for shown in page.context["experts"]] == ["Seller"]
    assert "Offers what you want to develop: Brands." in page.content.decode()


def test_of_very_many_some_are_ranked(person: User, python: Skill, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, those with wishes are never crowded out, and few are looked at."""
    monkeypatch.setattr(directory, "MOST_FOUND", 2)
    person.wanted_skills.add(python)
    for n in range(8):
        expert(f"N{n}")
    person.favourites.add(expert("Zora"))
    expert("Zita", python)
    names = [name for name, _why in found(person)]
    assert names[:2] == ["Zora", "Zita"]
    # Among the three that are looked at for anybody may be those two.
    assert 3 <= len(names) <= 5


def test_as_many_queries_for_one_as_for_thirty(person: User, python: Skill) -> None:
    person.wanted_skills.add(python)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            found(person)
        return len(queries)

    person.favourites.add(expert("Liked"))
    expert("Fit", python)
    few = asked()
    for n in range(30):
        person.favourites.add(expert(f"Liked{n}", python, SkillFactory.create(name=f"S{n}")))
    assert asked() <= few
    assert few <= 7
