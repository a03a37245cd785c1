"""Choosing the language of the site."""

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation

from accounts.models import User
from accounts.safe_next_url import safe_next_url


class Language(NamedTuple):
    """One language of the site: its code, its own name for itself, and whether this page is in it."""

    code: str
    name: str
    is_current: bool


def languages(_request: HttpRequest) -> dict[str, list[Language]]:
    """Give templates the languages to choose from."""
    current = translation.get_language()
    return {"languages": [Language(code, name, code == current) for code, name in settings.LANGUAGES]}


def change_language(request: HttpRequest) -> HttpResponse:
    """Show all pages and mails in another language from now on, and lead back.

    The choice is kept with the account, for visitors in a cookie. Any other language changes nothing.
    """
    response = redirect(safe_next_url(request) or "home")
    chosen = request.POST.get("language", "")
    if request.method == "POST" and chosen in dict(settings.LANGUAGES):
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=chosen)
        remember(response, chosen)
    return response


def remember(response: HttpResponse, language: str) -> None:
    """Let the browser keep a chosen language, for when nobody is signed in."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
