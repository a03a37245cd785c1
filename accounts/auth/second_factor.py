"""The second factor: one-time codes of an app, and recovery codes for the day when the phone is gone."""

import base64
import logging
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import encryption
from accounts.models import User

log = logging.getLogger(__name__)

PURPOSE = "accounts.auth.second_factor"
# Where the secret of each kind is kept.
SEALED = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


class Adapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """Keeps the secrets behind the codes encrypted."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This code is not right. A code of the app is good for half a minute, and only once: please type "
            "the one that it shows now."
        ),
        "unreadable_factor": _(
            "No code of the app is right any more: a key of this site was changed, and what you had set up "
            "can no longer be read. Please ask an operator to remove your second factor."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Return a secret as it is kept."""
        return encryption.encrypt(text, purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret; where the site's key was changed, one that no code fits."""
        try:
            return encryption.decrypt(encrypted_text, purpose=PURPOSE)
        except encryption.Unreadable:
            log.error("A second factor cannot be read: the site's key was changed.")
            return base64.b32encode(secrets.token_bytes(20)).decode()


def can_be_read(person: User, kind: str) -> bool:
    """Whether one of the site's keys opens what this person has of a kind; true where there is nothing."""
    factors = Authenticator.objects.filter(user=person, type=kind)
    try:
        for factor in factors:
            encryption.decrypt(factor.data[SEALED[kind]], purpose=PURPOSE)
    except encryption.Unreadable:
        return False
    return True


def has_second_factor(person: User) -> bool:
    """Whether signing in asks this person for a code."""
    factors = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP)
    return bool(factors.exists())


@receiver(authenticator_added)
def end_sessions_without_it(request: HttpRequest, user: User, **_rest: object) -> None:
    """End all other sessions of a person who sets up a second factor: they were begun without it."""
    end_other_sessions(request, user)
