"""What has to be right about secrets, HTTPS and proxies before a public site starts."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from accounts.times import zone_checks
from accounts.toys import AT_START, HINT, Toy, refuse

SHORTEST_KEY, FEWEST_SIGNS = 50, 5
SHORTEST_TOKEN = 32
KEY_OF_A_START = "django-insecure-"
LOCAL = {"localhost", "127.0.0.1", "::1"}


def is_weak(key: str) -> bool:
    """Look whether a secret key could be guessed: short, of few different signs, or one for a first try."""
    return len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_SIGNS or key.startswith(KEY_OF_A_START)


TOYS = (
    Toy("accounts.E001", lambda: settings.DEBUG, "DEBUG=1 shows settings to whoever causes an error."),
    Toy(
        "accounts.E002",
        lambda: any(map(is_weak, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])),
        f"SECRET_KEY, or a former one, can be guessed: {SHORTEST_KEY} random characters are needed.",
    ),
    Toy(
        "accounts.E003",
        lambda: settings.HTTPS and not _is_local(settings.SITE_URL) and _scheme(settings.SITE_URL) != "https",
        "HTTPS=1, but SITE_URL does not begin with https://: links in mails would lead astray. "
        "If the site is to run without HTTPS, say so with HTTPS=0.",
    ),
    Toy(
        "accounts.E004",
        lambda: settings.HTTPS and not settings.ALLAUTH_TRUSTED_PROXY_COUNT,
        "HTTPS=1 needs a proxy in front, but TRUSTED_PROXY_COUNT=0 counts none: all visitors look like one "
        "network, and ten wrong passwords of anybody keep everybody from signing in for a minute.",
    ),
    Toy(
        "accounts.E006",
        lambda: 0 < len(settings.METRICS_TOKEN) < SHORTEST_TOKEN,
        f"METRICS_TOKEN can be guessed: it needs {SHORTEST_TOKEN} random characters.",
    ),
    Toy(
        "accounts.E007",
        lambda: settings.LOG_FORMAT not in settings.LOG_FORMATS,
        "LOG_FORMAT has to be line or json.",
    ),
    Toy(
        "accounts.E005",
        lambda: settings.HSTS not in settings.HSTS_CHOICES,
        "HSTS has to be host, subdomains or preload.",
    ),
)


def check_addresses(**_what: Any) -> list[CheckMessage]:
    """Warn of what works and still surprises: no HTTPS, links that lead to the reader's own machine."""
    if settings.DEMO:
        return []
    found: list[CheckMessage] = []
    if not settings.HTTPS:
        words = "HTTPS=0: passwords and sessions cross the network as they are."
        found.append(Warning(words, HINT, id="accounts.W001"))
    if _is_local(settings.SITE_URL):
        words = f"SITE_URL is {settings.SITE_URL}: links in mails lead to the reader's own machine."
        found.append(Warning(words, HINT, id="accounts.W002"))
    return found


def check_list_of_erasures(**_what: Any) -> list[CheckMessage]:
    """Say where restoring a back-up would undo erasures, for nobody could tell whose."""
    if settings.ERASURES_FILE:
        return _check_writable(Path(settings.ERASURES_FILE))
    if settings.DEMO:
        return []
    words = "ERASURES_FILE is not set: restoring a back-up brings back people who were erased since."
    return [Warning(words, HINT, id="accounts.W003")]


def _check_writable(file: Path) -> list[CheckMessage]:
    if os.access(file if file.exists() else file.parent, os.W_OK):
        return []
    words = f"ERASURES_FILE={file} cannot be written by this account: nobody could tell who was erased."
    return [Error(words, HINT, id="accounts.E008")]


def register_checks() -> None:
    """Have Django look at all of it."""
    refuse(TOYS)
    register(check_addresses, AT_START)
    register(zone_checks.check_zone_rules, Tags.database)
    register(check_list_of_erasures, AT_START)


def _is_local(url: str) -> bool:
    return urlsplit(url).hostname in LOCAL


def _scheme(url: str) -> str:
    return urlsplit(url).scheme
