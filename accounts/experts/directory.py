"""Finding experts: by words, by skill within an Expertise, by what they offer and speak."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts import languages, search
from accounts.experts.choices import SkillField
from accounts.filters import Filter
from accounts.models import Expertise, ExpertProfile, Service, ServiceKind, Skill, User
from accounts.models.expert import HIGHEST_PRICE, ExpertQuerySet
from accounts.numbers import WholeNumberField

# So many are ranked and can be paged through; whoever finds more is asked to look closer.
MOST_FOUND = 1000


class ExpertFilter(Filter):
    """What to look for."""

    q = forms.CharField(
        label=_("Name, company or skill"),
        required=False,
        max_length=80,
        widget=forms.TextInput({"type": "search"}),
    )
    expertise = forms.ModelChoiceField(
        Expertise.objects.all(),
        label=_("Expertise"),
        required=False,
        to_field_name="slug",
        empty_label=_("All"),
    )
    skill = SkillField(Skill.objects.select_related("expertise"), label=_("Skill"), required=False)
    kind = forms.ModelChoiceField(
        ServiceKind.objects.all(), label=_("Kind of service"), required=False, empty_label=_("All")
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    price = WholeNumberField(label=_("Credits at most"), required=False, min_value=0, max_value=HIGHEST_PRICE)
    favourites = forms.BooleanField(label=_("My favourites only"), required=False)

    def __init__(self, data: Any, viewer: User | None) -> None:
        super().__init__(data)
        self.viewer = viewer
        self.fields["language"].choices = [("", _("All")), *languages.choices()]  # type: ignore[attr-defined]
        if viewer is None:
            del self.fields["favourites"]
        if chosen := self._chosen_expertise():
            self.fields["skill"].queryset = chosen.skills.select_related("expertise")  # type: ignore[attr-defined]

    @property
    def words(self) -> list[str]:
        """Return the words to look for."""
        return search.words_of(self.asked.get("q", ""))

    @property
    def is_narrow(self) -> bool:
        """Whether anything is asked for at all."""
        return any(value not in (None, "", False) for value in self.asked.values())

    @property
    def has_only_signs(self) -> bool:
        """Whether what was typed has nothing in it to look for: "%%%%"."""
        return bool(self.asked.get("q")) and not self.words

    def narrow(self, experts: ExpertQuerySet) -> ExpertQuerySet:
        """Return the experts that are looked for."""
        if self.has_only_signs:
            return experts.none()
        return experts.filter(search.fits(self.words), *self._demands())

    def _demands(self) -> list[Q]:
        asked = self.asked
        demands = []
        if expertise := asked.get("expertise"):
            demands.append(_has(ExpertProfile.skills.through.objects.filter(skill__expertise=expertise)))
        if skill := asked.get("skill"):
            demands.append(_has(ExpertProfile.skills.through.objects.filter(skill=skill)))
        if asked.get("kind") or asked.get("price") is not None:
            demands.append(Q(pk__in=self._services().values("expert")))
        if language := asked.get("language"):
            demands.append(Q(languages__contains=[language]))
        if self.viewer and asked.get("favourites"):
            demands.append(Q(pk__in=self.viewer.favourites.values("pk")))
        return demands

    def _services(self) -> "QuerySet[Service]":
        """Return the services of the kind, at the price, that are asked for."""
        services = Service.objects.filter(is_active=True)
        if kind := self.asked.get("kind"):
            services = services.filter(kind=kind)
        if (price := self.asked.get("price")) is not None:
            services = services.filter(price__lte=price)
        return services

    def _chosen_expertise(self) -> Expertise | None:
        try:
            chosen: Expertise | None = self.fields["expertise"].clean(self.data.get("expertise"))
        except forms.ValidationError:
            return None
        return chosen


def visible_experts(viewer: User | None) -> ExpertQuerySet:
    """Return the experts a viewer finds: visitors only those with public profiles."""
    return ExpertProfile.objects.listed() if viewer else ExpertProfile.objects.public()


def found(chosen: ExpertFilter) -> list[int]:
    """Return the numbers of the experts that are looked for, the best first; of very many, some.

    At most `MOST_FOUND` and one are taken before anything is ranked, so that a million experts take no longer
    than a few thousand. Without words to rank by, those with the viewer's wishes are taken before others.
    """
    words = chosen.words
    experts = chosen.narrow(visible_experts(chosen.viewer))
    taken = some(experts)
    if chosen.viewer and not words:
        taken = taken.union(*map(some, _wished_for(experts, chosen.viewer)))
    rows = _ordered(ExpertProfile.objects.filter(pk__in=taken), chosen.viewer, words)
    return list(rows.values_list("pk", flat=True)[: MOST_FOUND + 1])


def cards(numbers: Sequence[int], viewer: User | None) -> list[ExpertProfile]:
    """Return experts with all that their cards show, in the given order."""
    rows = {row.pk: row for row in for_cards(ExpertProfile.objects.filter(pk__in=numbers), viewer)}
    return [rows[number] for number in numbers if number in rows]


def for_cards(experts: "QuerySet[ExpertProfile]", viewer: User | None) -> "QuerySet[ExpertProfile]":
    """Return experts with all that their cards show, those matching the viewer's wishes first."""
    active = Service.objects.filter(is_active=True).select_related("kind")
    rows = experts.select_related("user").defer("search_text", "search_vector")
    return _ordered(rows, viewer, []).prefetch_related("skills", Prefetch("services", active))


def some(experts: "QuerySet[ExpertProfile]") -> Any:
    """Return so many as can be ranked quickly, whichever they are."""
    return experts.order_by().values("pk")[: MOST_FOUND + 1]


def by_wishes(experts: "QuerySet[ExpertProfile]", viewer: User) -> "QuerySet[ExpertProfile]":
    """Put those first that offer most of what the viewer wants to develop, then favourites, then by name."""
    return _ordered(experts, viewer, [])


def _wished_for(experts: ExpertQuerySet, viewer: User) -> list[ExpertQuerySet]:
    """Return the experts with a skill that the viewer wants to develop, and their favourites."""
    wanted = list(viewer.wanted_skills.values_list("pk", flat=True))
    return [experts.filter(skills__in=wanted), experts.filter(favourite_of=viewer)]


def _has(rows: Any) -> Q:
    return Q(pk__in=rows.values("expertprofile"))


def _ordered(
    experts: "QuerySet[ExpertProfile]", viewer: User | None, words: list[str]
) -> "QuerySet[ExpertProfile]":
    """Put what is closest to the words first, then what the viewer wishes, then by name."""
    order = ["user__last_name", "pk"]
    if viewer:
        liked = Exists(viewer.favourites.filter(pk=OuterRef("pk")))
        experts = experts.annotate(wanted=_wishes_fulfilled(viewer), liked=liked)
        order = ["-wanted", "-liked", *order]
    if words:
        experts = experts.annotate(closeness=search.closeness(words))
        order = ["-closeness", *order]
    return experts.order_by(*order)


def _wishes_fulfilled(viewer: User) -> Coalesce:
    """Count the skills of an expert that the viewer wants to develop."""
    chosen = ExpertProfile.skills.through.objects.filter(
        expertprofile=OuterRef("pk"), skill__in=viewer.wanted_skills.values("pk")
    )
    counted = chosen.order_by().values("expertprofile").values_list(Count("pk"))
    return Coalesce(Subquery(counted), 0)
