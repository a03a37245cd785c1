"""What every page owes the person who looks at it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from accounts.times import seen_by

Handler = Callable[[HttpRequest], HttpResponse]


def person_view(get_response: Handler) -> Handler:
    """Make every page in the zone, date format and language of its reader."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with seen_by(request.user):
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
