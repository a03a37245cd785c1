"""One's own profile."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.people import person_of
from accounts.signing_in import time_zones


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg] # generic for mypy only
    """Name, zone, date format and the skills a person wants to develop."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "time_zone", "date_format", "wanted_skills")
        widgets = {
            "first_name": forms.TextInput({"autocomplete": "given-name"}),
            "last_name": forms.TextInput({"autocomplete": "family-name"}),
            "wanted_skills": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["time_zone"] = forms.ChoiceField(
            label=self.fields["time_zone"].label,
            choices=time_zones,
            help_text=_("All times are shown in this zone, and others see theirs beside it."),
        )
        self.fields["wanted_skills"].help_text = _("Suggesting a meeting begins with one of these.")
        for name in ("first_name", "last_name"):
            self.fields[name].required = True

    def save_own_fields(self) -> None:
        """Save what the form asks for and nothing else: the rest may have changed meanwhile."""
        own = ["first_name", "last_name", "time_zone", "date_format"]
        self.instance.save(update_fields=own)
        self.instance.wanted_skills.set(self.cleaned_data["wanted_skills"])


class ZoneForm(forms.Form):
    """The time zone alone, as the browser knows it."""

    time_zone = forms.ChoiceField(choices=time_zones)


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change what the site knows about the person."""
    form = ProfileForm(request.POST or None, instance=person_of(request))
    if request.method == "POST" and form.is_valid():
        form.save_own_fields()
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


@login_required
def change_zone(request: HttpRequest) -> HttpResponse:
    """Take over the browser's time zone with one click; nothing else of the profile is touched."""
    form = ZoneForm(request.POST)
    if request.method == "POST" and form.is_valid():
        person, zone = person_of(request), form.cleaned_data["time_zone"]
        User.objects.filter(pk=person.pk).update(time_zone=zone)
        messages.success(request, _("All times are now shown in the zone %(zone)s.") % {"zone": zone})
    elif request.method == "POST":
        messages.error(
            request, _("This time zone is not known here, so nothing was changed. Please choose one below.")
        )
    return redirect("accounts:profile")
