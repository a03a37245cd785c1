"""Who people are and what they offer."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, the catalogue of what can be learnt, and experts' services."""

    name = "accounts"
