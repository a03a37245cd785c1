"""Reading what the environment gives a platform; what cannot be right is refused by its name, never shown."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from meetings.video.platforms.base import Misconfigured


def needed(given: Mapping[str, str], name: str) -> str:
    """Return a value that there must be. Raises Misconfigured."""
    value = given.get(name, "").strip()
    if not value:
        raise Misconfigured(f"{name} is not set.")
    return value


def address(given: Mapping[str, str], name: str) -> str:
    """Return a web address, without the slash at its end. Raises Misconfigured."""
    url = needed(given, name).rstrip("/")
    if not _is_address(url):
        raise Misconfigured(f"{name} is not the address of a server, such as https://video.example.org")
    return url


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # A user's name and password in it would end up on pages; a query or fragment would swallow the rest.
        odd = parts.query or parts.fragment or "@" in parts.netloc or parts.port == 0
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not odd
