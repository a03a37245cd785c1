"""All addresses, and one for each error page that is hard to come by: for pictures and tests alone."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.csrf import csrf_failure

from expertim.urls import urlpatterns as all_addresses


def _makes_no_sense(_request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def _not_allowed(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def _breaks(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("Meant: this address shows the page of the error.")


def _too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


urlpatterns = [
    *all_addresses,
    path("errors/400/", _makes_no_sense),
    path("errors/403/", _not_allowed),
    path("errors/403-csrf/", csrf_failure),
    path("errors/429/", _too_many),
    path("errors/500/", _breaks),
]
