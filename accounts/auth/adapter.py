"""What we do differently from allauth."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.auth import unverified_emails
from accounts.models import User
from accounts.times.formats import as_user


class OwnAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Our words, and only the fields that were changed."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "This e-mail address and this password do not belong together. If you have just signed up, "
            "please confirm your address first: the link is in your mailbox."
        ),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _(
            "There were too many wrong attempts, by you or by somebody else. Please wait a minute; if that "
            "does not help, try again in an hour, or ask for a new password."
        ),
        "rate_limited": _("There were too many attempts. Please wait a minute, then try again."),
        "duplicate_email": _("This is your address already."),
    }

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """Greet in the person's language; the request began in that of the browser."""
        with as_user(user):
            answer: HttpResponse = super().post_login(request, user, **how)
        return answer

    def set_password(self, user: User, password: str) -> None:
        """Save a new password and nothing else: the rest may have changed meanwhile."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead back to the profile."""
        return reverse("accounts:profile")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Lead to the profile who has changed the address, and to signing in who has signed up."""
        return reverse("accounts:profile" if self.request.user.is_authenticated else "account_login")

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address, unless another account has got it meanwhile; nobody else may claim it now."""
        try:
            with transaction.atomic():
                confirmed: bool = super().confirm_email(request, email_address)
                unverified_emails.forget(email_address.email)
        except IntegrityError:
            messages.error(
                request, _("This address belongs to another account, so it was not confirmed here.")
            )
            return False
        return confirmed
