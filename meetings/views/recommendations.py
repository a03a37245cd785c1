"""Experts for one person: their favourites, and experts who offer what the person wants to develop.

As many queries as for one expert, and no more work, however many experts there are.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.experts.directory import by_wishes, cards, some, visible_experts
from accounts.models import Expertise, ExpertProfile, User
from accounts.models.expert import ExpertQuerySet
from meetings.models import Meeting
from meetings.vocabulary import Status

SHOWN = 6


@dataclass(frozen=True, slots=True)
class ForYou:
    """An expert, and why just this one; "" where there is no other reason than that they can be booked."""

    expert: ExpertProfile
    why: str


def experts_for(person: User, expertise: Expertise | None, now: datetime) -> list[ForYou]:
    """Return a few experts, within an Expertise or all.

    Half of the places are for favourites, the rest for wanted skills; what remains free is for anybody.
    Whom the person is to meet anyway stands further up on the same page.
    """
    wanted = {skill.pk: skill.label for skill in person.wanted_skills.all()}
    experts = _to_find(person, expertise, now)
    liked = _best(experts.filter(favourite_of=person), person)
    matching = _best(experts.filter(skills__in=list(wanted)), person)
    anybody = _best(experts, person) if len({*liked, *matching}) < SHOWN else []
    half = SHOWN // 2
    chosen = list(dict.fromkeys([*liked[:half], *matching, *liked[half:], *anybody]))[:SHOWN]
    return [ForYou(expert, _why(expert, wanted)) for expert in cards(chosen, person)]


def _to_find(person: User, expertise: Expertise | None, now: datetime) -> ExpertQuerySet:
    to_meet = Meeting.objects.filter(
        student=person, status__in=[Status.AWAITING, Status.AGREED], ends_at__gt=now
    )
    experts = visible_experts(person).exclude(pk=person.pk).exclude(pk__in=to_meet.values("expert"))
    if expertise:
        offering = ExpertProfile.skills.through.objects.filter(skill__expertise=expertise)
        experts = experts.filter(pk__in=offering.values("expertprofile"))
    return experts


def _best(experts: ExpertQuerySet, person: User) -> list[int]:
    """Return the numbers of those that fulfil most wishes, of very many experts among some."""
    taken = by_wishes(ExpertProfile.objects.filter(pk__in=some(experts)), person)
    return list(taken.values_list("pk", flat=True)[:SHOWN])


def _why(expert: ExpertProfile, wanted: dict[int, str]) -> str:
    """Say what speaks for an expert, from what their card shows anyway."""
    is_liked = getattr(expert, "liked", False)
    skills = ", ".join(wanted[skill.pk] for skill in expert.skills.all() if skill.pk in wanted)
    if is_liked and skills:
        words = _("One of your favourites, who offers what you want to develop: %(skills)s.")
    elif is_liked:
        words = _("One of your favourites.")
    elif skills:
        words = _("Offers what you want to develop: %(skills)s.")
    else:
        return ""
    return words % {"skills": skills}
