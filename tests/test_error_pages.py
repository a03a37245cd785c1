"""Pages that say that something is wrong: what happened, why, what to do next; and nothing about anyone."""

from typing import Any

import pytest
from allauth.core import ratelimit
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.test import Client
from django.urls import include, path

from tests.factories import PersonFactory
from tests.pages import as_person

pytestmark = pytest.mark.django_db


def broken_context(_request: HttpRequest) -> dict[str, object]:
    raise RuntimeError("a context processor is broken")


def odd(_request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("secret details")


def forbidden(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("secret details")


def broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret details")


def too_often(request: HttpRequest) -> HttpResponse:
    return ratelimit.respond_429(request)


urlpatterns = [
    path("odd/", odd),
    path("forbidden/", forbidden),
    path("broken/", broken),
    path("too-often/", too_often),
    path("", include("expertim.urls")),
]

# Status, what happened, why or what it means, what to do next.
PAGES = {
    "/odd/": (400, "This request makes no sense to us", "Nothing was changed.", "reload the page"),
    "/forbidden/": (403, "This is not allowed", "Nothing was changed.", "ask an operator"),
    "/no-such-page/": (404, "There is nothing here for you", "The address is wrong", "check the address"),
    "/account/photo/remove/": (405, "Nothing was done", "opening it alone changes nothing", "press it again"),
    "/too-often/": (429, "Too many attempts", "Nothing was changed.", "wait a few minutes"),
    "/broken/": (500, "Something went wrong on our side", "no credits are lost", "try again in a moment"),
}


@pytest.fixture(autouse=True)
def _addresses(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__


def person_client() -> Client:
    client = as_person(PersonFactory.create(first_name="Zdislava", email="zdislava@example.com"))
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("address", PAGES)
def test_each_says_what_happened_why_and_what_next(address: str) -> None:
    status, *sentences = PAGES[address]
    answer = person_client().get(address)
    page = answer.content.decode()
    assert answer.status_code == status
    assert [sentence for sentence in sentences if sentence not in page] == []
    assert "expertim.css" in page
    assert "<title>" in page
    assert '<a class="button primary" href="/' in page
    assert "secret details" not in page


@pytest.mark.parametrize("address", ["/odd/", "/broken/"])
def test_pages_of_last_resort_know_nobody(address: str) -> None:
    page = person_client().get(address).content.decode()
    assert "Zdislava" not in page
    assert "zdislava@example.com" not in page


def test_a_visitor_is_offered_to_sign_in_and_look_again() -> None:
    page = Client().get("/no-such-page/").content.decode()
    assert "/account/login/?next=/no-such-page/" in page


@pytest.mark.parametrize("address", ["/broken/", "/", "/no-such-page/", "/credits/"])
def test_the_500_page_stands_when_every_page_is_broken(address: str, settings: Any) -> None:
    client = person_client()
    processors = [*settings.TEMPLATES[0]["OPTIONS"]["context_processors"], f"{__name__}.broken_context"]
    options = settings.TEMPLATES[0]["OPTIONS"] | {"context_processors": processors}
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"OPTIONS": options}]
    answer = client.get(address)
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


def test_the_500_page_needs_neither_database_nor_template_tags() -> None:
    source = get_template("500.html").template.source
    assert "{%" not in source
    assert "{{" not in source


def test_a_form_without_its_token_says_what_to_do() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(PersonFactory.create())
    answer = client.post("/notifications/read/")
    assert answer.status_code == 403
    assert "nothing was changed" in answer.content.decode()
    assert "reload the page and send it again" in answer.content.decode()
