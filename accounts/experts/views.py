"""The pages on which an expert says who they are and what they offer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.experts.forms import ExpertForm, NewServiceForm, ServiceTermsForm
from accounts.models import ExpertProfile, Service, User
from accounts.people import person_of


@login_required
def expert_settings(request: HttpRequest) -> HttpResponse:
    """Become an expert, or change what one's page says."""
    person = person_of(request)
    profile = _profile_of(person)
    form = ExpertForm(request.POST or None, instance=profile)
    if request.method == "POST" and form.is_valid():
        form.save_for(person)
        messages.success(request, _("Your expert page is saved."))
        return redirect("accounts:expert_settings")
    context = {
        "form": form,
        "profile": profile,
        "services": profile.services.select_related("kind") if profile else [],
        "missing": _missing(profile) if profile else [],
    }
    return render(request, "accounts/expert_settings.html", context)


@login_required
def add_service(request: HttpRequest) -> HttpResponse:
    """Offer another service."""
    profile = _profile_of(person_of(request))
    if profile is None:
        return redirect("accounts:expert_settings")
    form = NewServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save_for(profile)
        messages.success(request, _("The service is saved."))
        return redirect("accounts:expert_settings")
    return render(request, "accounts/service.html", {"form": form, "service": None})


@login_required
def edit_service(request: HttpRequest, pk: int) -> HttpResponse:
    """Change length and price of an own service, or stop offering it; those of others do not exist."""
    own = Service.objects.filter(expert=person_of(request).pk).select_related("kind")
    service = get_object_or_404(own, pk=pk)
    form = ServiceTermsForm(request.POST or None, instance=service)
    if request.method == "POST" and form.is_valid():
        form.save_own_fields()
        messages.success(request, _("The service is saved."))
        return redirect("accounts:expert_settings")
    return render(request, "accounts/service.html", {"form": form, "service": service})


def _profile_of(person: User) -> ExpertProfile | None:
    return ExpertProfile.objects.filter(pk=person.pk).first()


def _missing(profile: ExpertProfile) -> list[str]:
    """Say what keeps an expert from being listed, first what they can do themselves."""
    reasons = [
        (profile.offers_anything, _("Add a service that can be booked.")),
        (profile.is_approved, _("An operator has to approve your page first; you need not do anything.")),
    ]
    return [words for is_there, words in reasons if not is_there]
