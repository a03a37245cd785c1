"""What a profile still lacks: a few steps, each with the page on which it is done."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import ExpertProfile, User
from accounts.times import zones


@dataclass(frozen=True, slots=True)
class Step:
    """Something that can be added: in words, and the address of the page for it."""

    words: str
    page: str


def missing_steps(person: User) -> list[Step]:
    """Return what the person could add, the most useful first; of experts what their page needs."""
    profile = ExpertProfile.objects.filter(pk=person.pk).first()
    own = _of_expert(profile) if profile else _of_learner(person)
    steps = [
        (bool(person.first_name and person.last_name), _("Your name"), "accounts:change_name"),
        (
            person.time_zone != zones.UTC,
            _("Your time zone: all times are shown in UTC now"),
            "accounts:change_times",
        ),
        *own,
        (person.photo_id is not None, _("A photo"), "accounts:photo_settings"),
    ]
    return [Step(words, reverse(page)) for is_there, words, page in steps if not is_there]


def _of_learner(person: User) -> list[tuple[bool, str, str]]:
    return [
        (
            person.wanted_skills.exists(),
            _("The skills that you want to develop"),
            "accounts:change_wanted_skills",
        )
    ]


def _of_expert(profile: ExpertProfile) -> list[tuple[bool, str, str]]:
    settings = "accounts:expert_settings"
    return [
        (bool(profile.headline), _("The headline of your expert page"), settings),
        (bool(profile.introduction), _("An introduction on your expert page"), settings),
        (profile.skills.exists(), _("The skills that you teach"), settings),
        (bool(profile.languages), _("The languages in which you meet"), settings),
        (profile.offers_anything, _("A service that can be booked"), "accounts:add_service"),
    ]
