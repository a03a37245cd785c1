"""What machines ask, answered before anything else: /health/live, /health/ready and /metrics.

Container engines and Prometheus come by an address of their own, without HTTPS and without the site's name,
so this stands in front of all that insists on them. There is no session, no cookie and no page.
"""

from collections.abc import Callable, Mapping
from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from expertim.monitoring import health, metrics

Handler = Callable[[HttpRequest], HttpResponse]


def probes(get_response: Handler) -> Handler:
    """Answer those addresses; leave all others to the site."""

    def middleware(request: HttpRequest) -> HttpResponse:
        answer = _answers().get(request.path_info)
        if answer is None:
            return get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    return middleware


def live(_request: HttpRequest) -> HttpResponse:
    """Say that this process answers, whatever else is away: one that does not is to be started again."""
    return JsonResponse({"process": health.OK})


def ready(_request: HttpRequest) -> HttpResponse:
    """Say whether all is there that the site needs, with 200, or what is not, with 503."""
    answers = health.answers()
    good = set(answers.values()) == {health.OK}
    return JsonResponse(dict(answers), status=200 if good else 503)


def collect(request: HttpRequest) -> HttpResponse:
    """Give the metrics to whoever knows the token."""
    given = request.headers.get("Authorization", "").encode()
    if not compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


HEALTH: Mapping[str, Handler] = {"/health/live": live, "/health/ready": ready}


def _answers() -> Mapping[str, Handler]:
    """Return who answers what; without a token there are no metrics."""
    return {**HEALTH, "/metrics": collect} if settings.METRICS_TOKEN else HEALTH
