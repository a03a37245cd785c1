"""Putting a video platform of one's own in charge of all meetings."""

from typing import Any
from uuid import uuid4

import pytest

from meetings.video.platforms import PLATFORMS
from meetings.video.platforms.base import Platform


def put_in_charge(platform: Platform, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all rooms agreed from here on be this platform's."""
    monkeypatch.setitem(PLATFORMS, "standin", lambda _given: platform)  # type: ignore[misc]
    settings.VIDEO_PLATFORM = "standin"
    # Platforms are kept by what they are given: without, the next test would get this one.
    settings.VIDEO = {**settings.VIDEO, "STANDIN": str(uuid4())}
