"""What has to be right before the site starts: Django refuses every command while it is not."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from meetings.video import platform
from meetings.video.base import Misconfigured


def check_video_platform(**_what: Any) -> list[CheckMessage]:
    """Refuse a video platform that does not exist or lacks what it needs; asks the platform nothing."""
    try:
        platform(settings.VIDEO_PLATFORM, settings.VIDEO)
    except Misconfigured as error:
        hint = "The settings of video platforms are explained in .env.example."
        return [Error(f"VIDEO_PLATFORM={settings.VIDEO_PLATFORM}: {error.words}", hint, id="meetings.E001")]
    return []
