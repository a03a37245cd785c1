"""The business: meetings from suggestion to evaluation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from meetings.video import setup_checks


class MeetingsConfig(AppConfig):
    """Meetings, their lifecycle, and the pages that join people and meetings."""

    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        """Let the site start only with a video platform that can work."""
        setup_checks.register_checks()
