"""Pages about experts: home, directory, one expert."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.experts.directory import (
    MOST_FOUND,
    ExpertFilter,
    cards,
    for_cards,
    found,
    some,
    visible_experts,
)
from accounts.models import Expertise, ExpertProfile, User
from accounts.people import person_of
from accounts.safe_next_url import safe_next_url
from meetings.models import Meeting, Review
from meetings.views.list_rows import rows_for
from meetings.vocabulary import Status

PAGE = 12
ON_HOME = 6
REVIEWS = 10
MINE = 10


def home(request: HttpRequest) -> HttpResponse:
    """Say what this is, and show fields and experts."""
    experts = ExpertProfile.objects.filter(pk__in=some(visible_experts(None)))
    context = {
        "expertises": Expertise.objects.prefetch_related("skills"),
        "experts": for_cards(experts, None)[:ON_HOME],
    }
    return render(request, "meetings/home.html", context)


def experts(request: HttpRequest) -> HttpResponse:
    """List experts by what is looked for."""
    viewer = _viewer(request)
    chosen = ExpertFilter(request.GET, viewer)
    numbers = found(chosen)
    page = Paginator(numbers[:MOST_FOUND], PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": chosen,
        "page": page,
        "experts": cards(list(page), viewer),
        "are_more": len(numbers) > MOST_FOUND,
    }
    return render(request, "meetings/experts.html", context)


def expert(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one expert: to visitors only if the expert allows it."""
    viewer = _viewer(request)
    profile = get_object_or_404(ExpertProfile.objects.select_related("user"), pk=pk, user__deleted_at=None)
    mine = _meetings_with(profile, viewer)
    if not mine and not visible_experts(viewer).filter(pk=pk).exists() and viewer != profile.user:
        raise Http404
    reviews = Review.objects.filter(expert=profile.user).exclude(text="").select_related("student")
    now = timezone.now()
    held = Meeting.objects.filter(expert=profile.user, status=Status.HELD)
    context = {
        "expert": profile,
        "services": profile.services.filter(is_active=True).select_related("kind"),
        "skills": profile.skills.select_related("expertise"),
        "held": held.count(),
        "reviews": Paginator(reviews, REVIEWS).get_page(request.GET.get("page")),
        "mine": rows_for(mine[:MINE], viewer, now) if viewer else [],
        "are_more_mine": len(mine) > MINE,
        "now": now,
        "is_listed": profile.is_listed,
        "is_self": viewer == profile.user,
    }
    profile.liked = viewer is not None and viewer.favourites.filter(pk=pk).exists()  # type: ignore[attr-defined]
    return render(request, "meetings/expert.html", context)


@login_required
def favourite(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a listed expert to one's favourites, or take them off; lead back, or answer with the button."""
    profile = get_object_or_404(ExpertProfile.objects.listed().select_related("user"), pk=pk)
    if request.method != "POST":
        return redirect(profile)
    is_wanted = request.POST.get("favourite") == "yes"
    favourites = person_of(request).favourites
    if is_wanted:
        favourites.add(profile)
    else:
        favourites.remove(profile)
    if request.headers.get("X-In-Place"):
        profile.liked = is_wanted  # type: ignore[attr-defined]
        context = {"expert": profile, "back": request.POST.get("next", "")}
        return render(request, "components/favourite.html", context)
    return redirect(safe_next_url(request) or profile)


def _viewer(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _meetings_with(profile: ExpertProfile, viewer: User | None) -> list[Meeting]:
    if viewer is None:
        return []
    return list(Meeting.objects.between(viewer, profile.user).for_rows().order_by("-starts_at")[: MINE + 1])
