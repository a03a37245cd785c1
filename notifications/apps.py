"""Telling people what happened."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from notifications import setup_checks


class NotificationsConfig(AppConfig):
    """The bell and, behind it, what every part of the product tells people."""

    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        """Let the site start only where mails arrive."""
        setup_checks.register_checks()
