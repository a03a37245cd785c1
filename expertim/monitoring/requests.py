"""Each request has an id, is counted, and leaves a line in the log.

What was asked for is called by the name of its view, never by its path: that may hold a secret.
"""

import logging
import re
import uuid
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from expertim import trail
from expertim.monitoring import metrics

log = logging.getLogger(__name__)

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
# What no page of ours answers: static files, unknown paths, requests that are led to HTTPS.
NO_VIEW = "(none)"


def watch(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give the request its id, time it, count it, and log it where a page of ours was asked for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id, statements = _request_id(request), metrics.StatementTimer()
        trail.begin(request_id=request_id)
        with connection.execute_wrapper(statements):
            started = perf_counter()
            response = get_response(request)
            _note(request, response, perf_counter() - started, statements.seconds)
        response.headers["X-Request-ID"] = request_id
        return response

    return middleware


def view_name(request: HttpRequest) -> str:
    """Return what urls.py calls the page, "app:name": as many values as there are addresses."""
    return request.resolver_match.view_name if request.resolver_match else NO_VIEW


def _note(request: HttpRequest, response: HttpResponse, seconds: float, in_database: float) -> None:
    view, status = view_name(request), response.status_code
    metrics.count_request(view, status, seconds=seconds, in_database=in_database)
    if view != NO_VIEW:
        data = {"method": request.method, "view": view, "status": status, "ms": round(seconds * 1000)}
        log.info("%(method)s %(view)s %(status)s %(ms)s ms", data, extra={"data": data})


def _request_id(request: HttpRequest) -> str:
    """Return the id that came through the proxy, which should give one to each request, or a new one."""
    given = request.headers.get("X-Request-ID", "") if settings.ALLAUTH_TRUSTED_PROXY_COUNT else ""
    return given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
