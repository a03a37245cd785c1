"""Pages of the second factor: allauth's, which say so where the site can no longer read what was set up."""

from collections.abc import Callable
from functools import wraps

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.auth.second_factor import can_be_read
from accounts.models import User
from accounts.people import person_of

Page = Callable[[HttpRequest], HttpResponse]


class CodeForm(forms.AuthenticateForm):  # type: ignore[misc] # allauth has no types
    """Asks for a code when signing in."""

    user: User

    def clean_code(self) -> str:
        """Check the code; say so where none of the app can be right."""
        try:
            code: str = super().clean_code()
        except ValidationError as error:
            if error.code == "incorrect_code" and not can_be_read(self.user, Authenticator.Type.TOTP):
                raise get_adapter().validation_error("unreadable_factor") from error
            raise
        return code


def _if_readable(page: Page) -> Page:
    """Show a page with recovery codes only where they are those that sign in; else say what to do."""

    @wraps(page)
    @login_required
    def shown(request: HttpRequest) -> HttpResponse:
        if can_be_read(person_of(request), Authenticator.Type.RECOVERY_CODES):
            return page(request)
        words = _(
            "Your recovery codes can no longer be read, because a key of this site was changed. "
            "Please make new ones."
        )
        messages.error(request, words)
        return redirect("mfa_index")

    return shown


recovery_codes = _if_readable(views.view_recovery_codes)
download_recovery_codes = _if_readable(views.download_recovery_codes)
