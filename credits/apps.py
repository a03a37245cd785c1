"""What people own."""

from django.apps import AppConfig


class CreditsConfig(AppConfig):
    """The ledger and the page that shows a person's part of it."""

    name = "credits"
