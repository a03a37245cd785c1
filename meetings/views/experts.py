"""Pages about experts: home, directory, one expert."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.models import Expertise, ExpertProfile, User
from accounts.people import person_of
from meetings.directory import ExpertFilter, for_cards, visible_experts
from meetings.models import Meeting, Review
from meetings.rows import rows_for
from meetings.vocabulary import Status

PAGE = 12
ON_HOME = 6


def home(request: HttpRequest) -> HttpResponse:
    """Say what this is, and show fields and experts."""
    context = {
        "expertises": Expertise.objects.prefetch_related("skills"),
        "experts": for_cards(visible_experts(None), None)[:ON_HOME],
    }
    return render(request, "meetings/home.html", context)


def experts(request: HttpRequest) -> HttpResponse:
    """List experts by what is looked for."""
    viewer = _viewer(request)
    chosen = ExpertFilter(request.GET)
    found = for_cards(chosen.narrow(visible_experts(viewer)), viewer)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "meetings/experts.html", {"filter": chosen, "page": page})


def expert(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one expert: to visitors only if the expert allows it."""
    viewer = _viewer(request)
    profile = get_object_or_404(ExpertProfile.objects.select_related("user"), pk=pk)
    mine = _meetings_with(profile, viewer)
    if not mine and not visible_experts(viewer).filter(pk=pk).exists() and viewer != profile.user:
        raise Http404
    held = Meeting.objects.filter(expert=profile.user, status=Status.HELD)
    context = {
        "expert": profile,
        "services": profile.services.filter(is_active=True).select_related("kind"),
        "skills": profile.skills.select_related("expertise"),
        "held": held.count(),
        "reviews": Review.objects.filter(expert=profile.user).exclude(text="").select_related("student"),
        "mine": rows_for(mine, viewer, timezone.now()) if viewer else [],
        "is_favourite": viewer is not None and viewer.favourites.filter(pk=pk).exists(),
        "is_listed": profile.is_listed,
        "is_self": viewer == profile.user,
    }
    return render(request, "meetings/expert.html", context)


@login_required
def favourite(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a listed expert to one's favourites, or take them off."""
    profile = get_object_or_404(ExpertProfile.objects.listed(), pk=pk)
    if request.method != "POST":
        return redirect(profile)
    favourites = person_of(request).favourites
    if request.POST.get("favourite") == "yes":
        favourites.add(profile)
    else:
        favourites.remove(profile)
    return redirect(profile)


def _viewer(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _meetings_with(profile: ExpertProfile, viewer: User | None) -> list[Meeting]:
    if viewer is None:
        return []
    return list(Meeting.objects.between(viewer, profile.user).for_rows().order_by("-starts_at"))
