"""Who may enter the operators' pages: staff with a second factor."""

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.auth.second_factor import has_second_factor
from accounts.models import User


class OperatorSite(admin.AdminSite):
    """The admin; people enter by the sign-in page that all use, with its limits on guessing."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Let staff in who have a second factor; the demonstration asks for none, and says so."""
        return super().has_permission(request) and not lacks_second_factor(request)

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Lead to the sign-in page, or to setting up a second factor; refuse everyone else."""
        if not request.user.is_authenticated:
            return redirect_to_login(_page_asked_for(request))
        if self.has_permission(request):
            return redirect(_page_asked_for(request))
        if super().has_permission(request):
            messages.warning(
                request, _("The pages of operators need a second factor. Please set it up, then come back.")
            )
            return redirect("mfa_index")
        raise PermissionDenied

    def password_change(  # type: ignore[override] # any answer will do
        self, request: HttpRequest, extra_context: object = None
    ) -> HttpResponse:
        """Lead to the page where everybody changes the password, with its limits, and the mail afterwards."""
        return redirect("account_change_password")


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether this operator has to set up a second factor first."""
    return not settings.DEMO and isinstance(request.user, User) and not has_second_factor(request.user)


def _page_asked_for(request: HttpRequest) -> str:
    page = request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if is_ours else resolve_url("admin:index")
