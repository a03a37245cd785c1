"""What experts say about themselves and what they offer."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import languages
from accounts.experts.choices import SkillsField
from accounts.models import ExpertProfile, Service, Skill, User
from accounts.models.expert import HIGHEST_PRICE, LONGEST_MINUTES, SHORTEST_MINUTES
from accounts.numbers import WholeNumberField

OWN_FIELDS = ("headline", "introduction", "company", "city", "languages", "availability", "is_public")
MOST_LANGUAGES = 10


class ExpertForm(forms.ModelForm):  # type: ignore[type-arg] # generic for mypy only
    """The page of an expert. Approval is not in here: that is the operator's."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=languages.choices,
        widget=forms.CheckboxSelectMultiple({"class": "choices"}),
    )
    skills = SkillsField(
        Skill.objects.all(), label=_("Skills"), widget=forms.CheckboxSelectMultiple({"class": "choices"})
    )

    class Meta:
        model = ExpertProfile
        fields = ("headline", "introduction", "skills", *OWN_FIELDS[2:])
        widgets = {"introduction": forms.Textarea({"rows": 8})}
        labels = {
            "headline": _("Headline"),
            "introduction": _("Introduction"),
            "company": _("Company"),
            "city": _("City"),
            "availability": _("Usually available"),
            "is_public": _("Visitors who are not signed in may see my page"),
        }
        help_texts = {
            "headline": _("One line: what you can help with."),
            "introduction": _("What you have done, and what a meeting with you is like."),
            "company": _("Optional."),
            "availability": _("A hint, such as “weekday evenings”. People can suggest any time."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("headline", "introduction", "city"):
            self.fields[name].required = True
        # What is chosen stands first in the long list.
        chosen = self.instance.languages
        ordered = sorted(languages.choices(), key=lambda choice: choice[0] not in chosen)
        self.fields["languages"].choices = ordered  # type: ignore[attr-defined]

    def clean_languages(self) -> list[str]:
        """Accept as many languages as one person speaks."""
        chosen: list[str] = self.cleaned_data["languages"]
        if len(chosen) > MOST_LANGUAGES:
            raise ValidationError(_("Please choose at most ten languages."))
        return chosen

    def save_for(self, person: User) -> ExpertProfile:
        """Save what the form asks for and nothing else: an operator may have approved meanwhile.

        Raises PermissionDenied where the account was deleted meanwhile.
        """
        own = {name: self.cleaned_data[name] for name in OWN_FIELDS}
        with transaction.atomic():
            if User.objects.select_for_update(no_key=True).get(pk=person.pk).is_deleted:
                raise PermissionDenied
            profile, _created = ExpertProfile.objects.update_or_create(user=person, defaults=own)
            profile.skills.set(self.cleaned_data["skills"])
        return profile


class ServiceTermsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Length, price and whether it can be booked; the kind of a service never changes."""

    minutes = WholeNumberField(
        label=_("Length in minutes"), min_value=SHORTEST_MINUTES, max_value=LONGEST_MINUTES
    )
    price = WholeNumberField(
        label=_("Price in credits"),
        min_value=0,
        max_value=HIGHEST_PRICE,
        help_text=_(
            "A new price or length counts for new meetings only; those already suggested keep theirs."
        ),
    )

    class Meta:
        model = Service
        fields = ("minutes", "price", "is_active")
        labels = {"is_active": _("Can be booked")}

    def save_own_fields(self) -> None:
        """Save what the form asks for and nothing else."""
        self.instance.save(update_fields=["minutes", "price", "is_active"])


class NewServiceForm(ServiceTermsForm):
    """A new service."""

    class Meta(ServiceTermsForm.Meta):
        fields = ("kind", "minutes", "price")
        labels = {"kind": _("Kind")}

    def save_for(self, profile: ExpertProfile) -> Service:
        """Add the service; one that is there already, from the same request sent twice, is switched on."""
        with transaction.atomic():
            ExpertProfile.objects.select_for_update().get(pk=profile.pk)
            terms = {name: self.cleaned_data[name] for name in ("kind", "minutes", "price")}
            same = profile.services.filter(**terms).first()
            service = same or Service(expert=profile, **terms)
            service.is_active = True
            service.save()
        return service
