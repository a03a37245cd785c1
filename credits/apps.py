"""What people own."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditsConfig(AppConfig):
    """The ledger and the page that shows a person's part of it."""

    name = "credits"
    verbose_name = _("Credits")
