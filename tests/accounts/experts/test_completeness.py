"""What a profile still lacks: said calmly, by role, and gone when it is there."""

import pytest

from accounts.experts.completeness import missing_steps
from accounts.models import User
from accounts.profile import photos
from tests.accounts.profile.pictures import picture
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory, SkillFactory
from tests.pages import as_person

pytestmark = pytest.mark.django_db

NAME, ZONE, SKILLS, PHOTO = (
    "Your name",
    "Your time zone: all times are shown in UTC now",
    "The skills that you want to develop",
    "A photo",
)


def missing(person: User) -> list[str]:
    return [step.words for step in missing_steps(User.objects.get(pk=person.pk))]


def test_a_learner_is_asked_for_what_learning_needs() -> None:
    person = PersonFactory.create(first_name="", time_zone="UTC")
    assert missing(person) == [NAME, ZONE, SKILLS, PHOTO]
    User.objects.update(first_name="Jana", time_zone="Europe/London")
    assert missing(person) == [SKILLS, PHOTO]
    person.wanted_skills.add(SkillFactory.create())
    assert missing(person) == [PHOTO]


def test_an_expert_is_asked_for_what_their_page_needs_and_not_for_wishes() -> None:
    profile = ExpertFactory.create(headline="", introduction="")
    profile.skills.clear()
    assert missing(profile.user) == [
        "The headline of your expert page",
        "An introduction on your expert page",
        "The skills that you teach",
        "The languages in which you meet",
        "A service that can be booked",
        PHOTO,
    ]
    service = ServiceFactory.create(expert=profile, is_active=False)
    profile.skills.add(SkillFactory.create())
    profile.headline, profile.introduction, profile.languages = "Bridges", "Nine of them.", ["no"]
    profile.save()
    assert missing(profile.user) == ["A service that can be booked", PHOTO]
    service.is_active = True
    service.save()
    assert missing(profile.user) == [PHOTO]


@pytest.mark.parametrize("address", ["/meetings/", "/account/profile/"])
def test_each_step_leads_to_its_page_and_all_are_gone_when_done(address: str) -> None:
    person = PersonFactory.create(first_name="", time_zone="UTC")
    client = as_person(person)
    page = client.get(address).content.decode()
    for step in missing_steps(person):
        assert f'<a href="{step.page}">{step.words}</a>' in page
        assert client.get(step.page).status_code == 200
    User.objects.update(first_name="Jana", time_zone="Europe/London")
    person.refresh_from_db()
    person.wanted_skills.add(SkillFactory.create())
    photos.keep(person, picture())
    assert "Your profile could still use" not in client.get(address).content.decode()
