"""Who people are and what they offer."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, the catalogue of what can be learnt, and experts' services."""

    name = "accounts"
    verbose_name = _("People and offers")
