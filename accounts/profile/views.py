"""One's own profile: what the site knows about a person, and a short form for each part of it."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.experts.completeness import missing_steps
from accounts.models import User
from accounts.people import person_of
from accounts.profile.forms import NameForm, PartForm, TimesForm, WantedSkillsForm, ZoneForm
from accounts.profile.language_views import remember
from accounts.safe_next_url import safe_next_url
from accounts.times.zones import in_words


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Show all parts of the profile, each with the way to change it."""
    person = person_of(request)
    context = {
        "now": timezone.now(),
        "wanted_skills": person.wanted_skills.all(),
        "missing_steps": missing_steps(person),
    }
    return render(request, "accounts/profile.html", context)


@login_required
def change_name(request: HttpRequest) -> HttpResponse:
    """Change one's name."""
    return _change(request, NameForm, _("My name"))


@login_required
def change_times(request: HttpRequest) -> HttpResponse:
    """Change the zone and the date format in which one reads times."""
    response = _change(request, TimesForm, _("Time, date format and language"))
    if response.status_code == HTTPStatus.FOUND:  # saved
        remember(response, person_of(request).reads)
    return response


@login_required
def change_wanted_skills(request: HttpRequest) -> HttpResponse:
    """Choose what one wants to learn."""
    return _change(request, WantedSkillsForm, _("Skills I want to develop"))


def _change(request: HttpRequest, part: type[PartForm], title: str) -> HttpResponse:
    form = part(request.POST or None, instance=person_of(request))
    if request.method == "POST" and form.is_valid():
        form.save_own_fields()
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile_part.html", {"form": form, "title": title})


@login_required
def change_zone(request: HttpRequest) -> HttpResponse:
    """Take over the browser's time zone with one click; nothing else of the profile is touched."""
    form = ZoneForm(request.POST)
    if request.method == "POST" and form.is_valid():
        person, zone = person_of(request), form.cleaned_data["time_zone"]
        User.objects.filter(pk=person.pk).update(time_zone=zone)
        words = _("All times are now shown in the zone %(zone)s.")
        messages.success(request, words % {"zone": in_words(zone)})
        return redirect(safe_next_url(request) or "accounts:profile")
    if request.method == "POST":
        messages.error(
            request, _("This time zone is not known here, so nothing was changed. Please choose one here.")
        )
    return redirect("accounts:change_times")
