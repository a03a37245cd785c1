"""All addresses, and one that fails."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from expertim.urls import urlpatterns as all_addresses


def failing(_request: HttpRequest, token: str) -> HttpResponse:
    """Fail, and quote somebody's address."""
    raise RuntimeError(f"jana.novakova@example.com was refused, of {token}")


urlpatterns = [path("join/<str:token>/failing/", failing, name="failing"), *all_addresses]
