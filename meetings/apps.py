"""The business: meetings from suggestion to evaluation."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Meetings, their lifecycle, and the pages that join people and meetings."""

    name = "meetings"
