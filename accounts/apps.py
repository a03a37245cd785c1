"""Who people are and what they offer."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import setup_checks


class AccountsConfig(AppConfig):
    """People, the catalogue of what can be learnt, and experts' services."""

    name = "accounts"
    verbose_name = _("People and offers")

    def ready(self) -> None:
        """Refuse weak secrets and uncounted proxies at the start."""
        setup_checks.register_checks()
