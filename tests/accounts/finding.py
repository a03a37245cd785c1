"""Experts to be found."""

from accounts import search
from accounts.models import ExpertProfile
from tests.factories import ExpertFactory


def find(text: str) -> list[str]:
    words = search.words_of(text)
    rows = ExpertProfile.objects.filter(search.fits(words))
    if words:
        rows = rows.annotate(closeness=search.closeness(words)).order_by("-closeness", "user__last_name")
    return list(rows.values_list("user__last_name", flat=True))


def expert(last_name: str, **how: object) -> ExpertProfile:
    profile: ExpertProfile = ExpertFactory.create(
        user__last_name=last_name, **{"user__first_name": "Eva", "headline": "Ready", **how}
    )
    return profile
