"""Who people are and what they offer."""

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from accounts.setup_checks import check_proxies


class AccountsConfig(AppConfig):
    """People, the catalogue of what can be learnt, and experts' services."""

    name = "accounts"
    verbose_name = _("People and offers")

    def ready(self) -> None:
        """Say where limits on guessing would hit everybody together."""
        checks.register(check_proxies)
