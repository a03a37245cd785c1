"""Telling people what happened."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """The bell and, behind it, what every part of the product tells people."""

    name = "notifications"
