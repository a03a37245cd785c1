"""What has to be right about the video platform before the site starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from accounts.toys import AT_START, Toy, refuse
from meetings.video.platforms import platform
from meetings.video.platforms.base import Misconfigured

TOYS = (
    Toy(
        "meetings.E002",
        lambda: settings.VIDEO_PLATFORM == "practice",
        "VIDEO_PLATFORM=practice is a page where nobody sees anybody: paid meetings could not take place.",
    ),
)


def check_video_platform(**_what: Any) -> list[CheckMessage]:
    """Refuse a video platform that does not exist or lacks what it needs; asks the platform nothing."""
    try:
        platform(settings.VIDEO_PLATFORM, settings.VIDEO)
    except Misconfigured as error:
        hint = "The settings of video platforms are explained in .env.example."
        return [Error(f"VIDEO_PLATFORM={settings.VIDEO_PLATFORM}: {error.words}", hint, id="meetings.E001")]
    return []


def register_checks() -> None:
    """Have Django look at all of it."""
    refuse(TOYS)
    register(check_video_platform, AT_START)
