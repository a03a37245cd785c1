"""Video platforms: one module each, one line each here."""

from collections.abc import Callable, Mapping

from meetings.video.platforms.base import Misconfigured, Platform
from meetings.video.platforms.bigbluebutton import BigBlueButton
from meetings.video.platforms.janus import Janus
from meetings.video.platforms.jitsi import Jaas, Jitsi
from meetings.video.platforms.manual import Manual
from meetings.video.platforms.practice import Practice
from meetings.video.platforms.zoom import Zoom

Given = Mapping[str, str]

PLATFORMS: Mapping[str, Callable[[Given], Platform]] = {
    "practice": lambda _given: Practice(),
    "manual": lambda _given: Manual(),
    "jitsi": Jitsi.configured,
    "jaas": Jaas.configured,
    "bigbluebutton": BigBlueButton.configured,
    "zoom": Zoom.configured,
    "janus": Janus.configured,
}


def platform(name: str, given: Given) -> Platform:
    """Return the platform of this name, set up with what is given.

    Raises Misconfigured for a name that is none, and where something needed is not given.
    """
    if name not in PLATFORMS:
        raise Misconfigured(f"There is no video platform “{name}”; there are: {', '.join(PLATFORMS)}.")
    return PLATFORMS[name](given)
