"""Pages, opened as somebody, and what is in them."""

import re

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
