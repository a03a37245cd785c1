"""Who is looking at a page."""

from django.http import HttpRequest

from accounts.models import User


def person_of(request: HttpRequest) -> User:
    """Return the signed-in person; only for views that demand signing in."""
    if not isinstance(request.user, User):
        raise PermissionError("This page needs a signed-in person.")
    return request.user
