"""Telling people what happened."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """The bell and, behind it, what every part of the product tells people."""

    name = "notifications"
    verbose_name = _("Notifications")
