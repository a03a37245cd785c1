"""What every page owes the person who looks at it."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from redis import RedisError

from accounts.times.formats import as_user

log = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]


def person_view(get_response: Handler) -> Handler:
    """Make every page in the zone, date format and language of its reader."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with as_user(request.user):
            return get_response(request)

    return middleware


def own_resources(get_response: Handler) -> Handler:
    """Let no other site embed anything of ours, be it a page, a photo or a file."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def private_pages(get_response: Handler) -> Handler:
    """Keep pages of signed-in people out of every cache, but for what says itself how it may be kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return middleware


def say_what_was_opened(get_response: Handler) -> Handler:
    """Answer who opens the address of a form, as after signing in, with a page instead of an empty one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.method == "GET" and not response.content:
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    return middleware


def say_when_nobody_counts(get_response: Handler) -> Handler:
    """Refuse, in words, what is limited in number, while Redis that counts cannot be reached."""

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, RedisError):
            return None
        log.warning("%s was refused: nobody counts, as Redis cannot be reached.", request.path)
        return render(request, "503.html", status=503)

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined] # Django looks for it there
    return middleware
