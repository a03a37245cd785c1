"""manage.py check_video: whether the video platform would work."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from meetings.video import rooms
from meetings.video.platforms.base import VideoError


class Command(BaseCommand):
    """Asks the platform whether credentials and rights are in order; changes nothing there."""

    help = "Say whether credentials and rights of the video platform are in order; fail if they are not."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Say what was found."""
        self.stdout.write(f"Video platform: {settings.VIDEO_PLATFORM}")
        try:
            health = rooms.platform_named(settings.VIDEO_PLATFORM).health()
        except VideoError as error:
            raise CommandError(error.words) from error
        for words in health.words:
            self.stdout.write(words)
        if not health.is_ok:
            raise CommandError("The video platform would not work.")
        self.stdout.write("In order.")
