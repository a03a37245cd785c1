"""Video platforms: one module each, one line each here."""

from collections.abc import Callable, Mapping

from meetings.video.base import Platform
from meetings.video.jitsi import Jitsi
from meetings.video.practice import Practice

PLATFORMS: Mapping[str, Callable[[str], Platform]] = {
    "practice": lambda _url: Practice(),
    "jitsi": Jitsi,
}


def platform(name: str, *, url: str = "") -> Platform:
    """Return the platform of this name. Raises KeyError for a name that is none."""
    return PLATFORMS[name](url)
