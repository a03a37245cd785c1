"""Pages, opened as somebody, and what is in them."""

import re
from typing import Any

from django.test import Client

from accounts.models import User


def as_person(person: User | None) -> Client:
    client = Client()
    if person:
        client.force_login(person)
    return client


def inline_code(html: str) -> list[str]:
    """Return what the content security policy would stop."""
    scripts = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", html)
    return scripts + re.findall(r"<style|\sstyle=|\son\w+=\"|javascript:", html)


def form_of(client: Client, address: str) -> dict[str, Any]:
    """Open a page with a form and return what its hidden fields hold."""
    form = client.get(address, follow=True).context["form"]
    return {name: form[name].value() for name in ("key", "revision") if name in form.fields}
