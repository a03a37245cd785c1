"""Finding experts: by skill within an Expertise, by name, company or words."""

from django import forms
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Expertise, ExpertProfile, Service, ServiceKind, Skill, User
from accounts.models.expert import ExpertQuerySet


class ExpertFilter(forms.Form):
    """What to look for; it lives in the address."""

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
    skill = forms.ModelChoiceField(
        Skill.objects.all(), label=_("Skill"), required=False, empty_label=_("All")
    )
    kind = forms.ModelChoiceField(
        ServiceKind.objects.all(), label=_("Kind of service"), required=False, empty_label=_("All")
    )

    def narrow(self, experts: ExpertQuerySet) -> ExpertQuerySet:
        """Return the experts that are looked for; what is not understood narrows nothing."""
        self.is_valid()
        asked = self.cleaned_data
        for word in asked.get("q", "").split():
            experts = experts.filter(pk__in=ExpertProfile.objects.filter(_matches(word)))
        if expertise := asked.get("expertise"):
            experts = experts.filter(pk__in=ExpertProfile.objects.filter(skills__expertise=expertise))
        if skill := asked.get("skill"):
            experts = experts.filter(skills=skill)
        if kind := asked.get("kind"):
            experts = experts.filter(
                pk__in=Service.objects.filter(kind=kind, is_active=True).values("expert")
            )
        return experts


def visible_experts(viewer: User | None) -> ExpertQuerySet:
    """Return the experts a viewer finds: visitors only those with public profiles."""
    return ExpertProfile.objects.listed() if viewer else ExpertProfile.objects.public()


def for_cards(experts: ExpertQuerySet, viewer: User | None) -> "QuerySet[ExpertProfile]":
    """Return experts with all that their cards show, those matching the viewer's wishes first."""
    active = Service.objects.filter(is_active=True).select_related("kind")
    rows = experts.select_related("user").prefetch_related("skills", Prefetch("services", active))
    if viewer is None:
        return rows.order_by("user__last_name", "pk")
    wanted = Count("skills", filter=Q(skills__in=viewer.wanted_skills.all()), distinct=True)
    liked = viewer.favourites.filter(pk=OuterRef("pk"))
    return rows.annotate(wanted=wanted, liked=Exists(liked)).order_by(
        "-wanted", "-liked", "user__last_name", "pk"
    )


def _matches(word: str) -> Q:
    return (
        Q(user__first_name__icontains=word)
        | Q(user__last_name__icontains=word)
        | Q(company__icontains=word)
        | Q(headline__icontains=word)
        | Q(skills__name__icontains=word)
    )
