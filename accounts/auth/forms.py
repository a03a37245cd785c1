"""The forms of signing up, signing in and passwords: allauth's, with what we promise beside."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.email_verification import send_verification_email_at_login
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.account.models import EmailAddress
from allauth.account.utils import has_verified_email
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from accounts.auth import unverified_emails
from accounts.models import User


class LoginForm(allauth_forms.LoginForm):  # type: ignore[misc] # allauth has no types
    """Signs in. A page has its own link to a forgotten password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""

    def clean(self) -> dict[str, Any]:
        """Answer an address that is not confirmed yet like a wrong password, and send the link again.

        Otherwise who signs up with somebody's address would learn here whether it had an account before.
        It counts like a wrong password as well, so that trying often tells nothing either.
        """
        cleaned: dict[str, Any] = super().clean()
        if self.user and self.user.is_active and not has_verified_email(self.user, cleaned["login"]):
            get_adapter(self.request).pre_authenticate(self.request, **self.user_credentials())
            send_verification_email_at_login(self.request, self._login)
            raise self._mismatch()
        return cleaned

    def _mismatch(self) -> Exception:
        error: Exception = get_adapter().validation_error("email_password_mismatch")
        return error


class SignupForm(allauth_forms.SignupForm):  # type: ignore[misc]
    """Signs up; an address that has an account gets the same answer, and a mail that says so."""

    def validate_unique_email(self, value: str) -> str:
        """Find out whether the address has an account; one that somebody only claims is free."""
        self.account_already_exists = unverified_emails.is_taken(value)
        return value

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Save the person, whole or not at all. Of many at the same moment one gets the account."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])  # takes as long as saving one
            return None, self._as_if_new(request)
        try:
            with transaction.atomic():
                unverified_emails.forget(self.cleaned_data["email"])
                return self.save(request), None
        except IntegrityError:
            return None, self._as_if_new(request)

    def _as_if_new(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = prevent_enumeration(request, email=self.cleaned_data["email"])
        return answer


class ForgottenPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """Asks for a link; it goes to the address of an account, never to one it may have some day."""

    users: list[User]

    def clean_email(self) -> str:
        """Find the person of this very address."""
        address: str = super().clean_email()
        self.users = [person for person in self.users if person.email == address]
        return address


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """Sets a password by a link, which is good once."""

    user: User

    def save(self) -> None:
        """Change the password; of two who use the link at the same moment one is told that it was used."""
        with transaction.atomic():
            person = User.objects.select_for_update().get(pk=self.user.pk)
            if not default_token_generator.check_token(person, self.temp_key):
                raise ImmediateHttpResponse(redirect("account_reset_password_from_key", "0", "used"))
            self.user = person
            super().save()
            # Who had the link has the mailbox.
            EmailAddress.objects.filter(user=person, email=person.email).update(verified=True)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """Changes a password, which ends all other sessions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = _way_to_reset()

    def clean(self) -> dict[str, Any]:
        """Refuse the old password as the new one: it may be known to others."""
        cleaned: dict[str, Any] = super().clean()
        if "password1" in cleaned and cleaned["password1"] == cleaned.get("oldpassword"):
            self.add_error("password1", gettext("This is your password already. Please choose another one."))
        return cleaned


class ReauthenticateForm(allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """Asks for the password again before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = _way_to_reset()


def _way_to_reset() -> str:
    return format_html(
        '<a href="{}">{}</a>', reverse("account_reset_password"), gettext("I forgot my password")
    )
