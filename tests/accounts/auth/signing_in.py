"""Signing in by the form."""

from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD


def sign_in(client: Client, address: str, password: str = PASSWORD) -> HttpResponse:
    return client.post("/account/login/", {"login": address, "password": password})


def is_signed_in(client: Client) -> bool:
    return client.get("/credits/").status_code == 200


def signed_in(person: User) -> Client:
    client = Client()
    assert sign_in(client, person.email).status_code == 302
    return client


def again(client: Client) -> None:
    """Type the password once more."""
    assert client.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 302
