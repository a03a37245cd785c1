"""What would make signing in worse than it looks: Django tells it at every command."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004


def check_proxies(**_what: Any) -> list[CheckMessage]:
    """Warn where all visitors would be counted as one network, that of the proxy."""
    if not settings.HTTPS or settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return []
    words = (
        "HTTPS=1 needs a proxy in front, but TRUSTED_PROXY_COUNT=0 counts none: all visitors look like one "
        "network, and ten wrong passwords of anybody keep everybody from signing in for a minute."
    )
    hint = "How to count proxies is explained in .env.example."
    return [Warning(words, hint, id="accounts.W001")]
