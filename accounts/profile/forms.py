"""The short forms of one's own profile: who I am, my times, what I want to learn."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.experts.choices import SkillsField
from accounts.models import Skill, User
from accounts.times.zones import ZoneField


class PartForm(forms.ModelForm):  # type: ignore[type-arg] # generic for mypy only
    """A part of the profile: it saves what it asks for and nothing else, as the rest may have changed."""

    def save_own_fields(self) -> None:
        """Save the fields of this form."""
        self.instance.save(update_fields=list(self.fields))


class NameForm(PartForm):
    """The name, as the other party of a meeting sees it."""

    class Meta:
        model = User
        fields = ("first_name", "last_name")
        widgets = {
            "first_name": forms.TextInput({"autocomplete": "given-name"}),
            "last_name": forms.TextInput({"autocomplete": "family-name"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = True


class TimesForm(PartForm):
    """How a person reads times and words."""

    time_zone = ZoneField(
        help_text=_("All times are shown in this zone, and others see theirs beside it."),
    )

    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of all pages, and of the mails we send you."),
    )

    class Meta:
        model = User
        fields = ("time_zone", "date_format", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].offer(self.instance.time_zone)  # type: ignore[attr-defined]


class WantedSkillsForm(PartForm):
    """The skills that a person wants to develop."""

    wanted_skills = SkillsField(
        Skill.objects.all(),
        label=_("Skills I want to develop"),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "choices"}),
        help_text=_("Experts who offer one of these come first, and suggesting a meeting begins with it."),
    )

    class Meta:
        model = User
        fields: ClassVar[tuple[str, ...]] = ("wanted_skills",)

    def save_own_fields(self) -> None:
        """Save the chosen skills."""
        self.instance.wanted_skills.set(self.cleaned_data["wanted_skills"])


class ZoneForm(forms.Form):
    """The time zone alone, as the browser knows it."""

    time_zone = ZoneField()
