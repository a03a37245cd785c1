"""What signing up asks for beside the e-mail address and the password."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.user import site_language, validate_name
from accounts.times.zones import ZoneField, choices


class SignupForm(forms.Form):
    """Name and time zone; a script chooses the browser's zone in the list, else the person does."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=60,
        validators=[validate_name],
        widget=forms.TextInput({"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=60,
        validators=[validate_name],
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    time_zone = ZoneField(
        widget=forms.Select({"data-browser-zone": ""}),
        help_text=_(
            "All times are shown in this zone; choose the place nearest to you that has your clock. "
            "You can change it later."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [("", _("Choose your time zone")), *choices()]  # type: ignore[attr-defined]

    def signup(self, _request: HttpRequest, user: User) -> None:
        """Keep what was asked for here with the new account."""
        user.first_name = self.cleaned_data["first_name"]
        user.last_name = self.cleaned_data["last_name"]
        user.time_zone = self.cleaned_data["time_zone"]
        user.language = site_language(get_language() or "")
        user.save(update_fields=["first_name", "last_name", "time_zone", "language"])
