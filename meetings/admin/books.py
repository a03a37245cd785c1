"""The operators' page about the checks of the books: what each found, and having them checked now."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.admin.kit.pages import ViewOnlyAdmin
from meetings.models import AuditRun
from notifications import nudge


@admin.register(AuditRun)
class AuditRunAdmin(ViewOnlyAdmin):
    """A check of the books. Only the job `audit_books` writes it."""

    list_display = ("at", "number")
    fields = ("at", "number", "found")
    readonly_fields = ("number", "found")

    @admin.display(description=gettext_lazy("number of differences"))
    def number(self, run: AuditRun) -> int:
        """Count what was found."""
        return len(run.differences)

    @admin.display(description=gettext_lazy("what was found"))
    def found(self, run: AuditRun) -> SafeString | str:
        """Write one line for each difference."""
        lines = format_html_join("", "<p>{}</p>", ((difference,) for difference in run.differences))
        return lines or _("Nothing: all sums are zero and every block is right.")

    def get_urls(self) -> list[URLPattern]:
        """Add the address that has the books checked."""
        check = self.admin_site.admin_view(require_POST(self.check_now))
        return [path("check/", check, name="meetings_auditrun_check"), *super().get_urls()]

    def check_now(self, request: HttpRequest) -> HttpResponse:
        """Have a worker check the books; it changes nothing in them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        nudge.on_commit("meetings.jobs.audit_books")
        messages.info(request, _("The books are being checked. Reload this page in a moment."))
        return redirect("admin:index")
