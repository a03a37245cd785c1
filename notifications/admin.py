"""The operators' page about what people were told."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin_pages import ViewOnlyAdmin
from notifications import wording
from notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(ViewOnlyAdmin):
    """A notification, with its words as the recipient reads them, but in the operator's zone."""

    list_display = ("recipient", "title", "reference", "created_at", "read_at")
    list_filter = ("created_at",)
    list_select_related = ("recipient",)
    search_fields = (
        "recipient__first_name",
        "recipient__last_name",
        "recipient__email",
        "=reference",
        "=kind",
    )
    fields = ("recipient", "title", "text", "about", "reference", "source", "facts", "created_at", "read_at")
    readonly_fields = ("title", "text")

    @admin.display(description=_("title"))
    def title(self, notification: Notification) -> str:
        """Say what happened."""
        return wording.title(notification)

    @admin.display(description=_("text"))
    def text(self, notification: Notification) -> str:
        """Say it in sentences."""
        return wording.text(notification)
