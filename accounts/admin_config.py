"""Django's admin with our own door."""

from django.contrib.admin.apps import AdminConfig


class OperatorsAdmin(AdminConfig):
    """The operators' pages."""

    default_site = "accounts.admin_site.OperatorSite"
