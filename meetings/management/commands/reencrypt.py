"""manage.py reencrypt: encrypt stored secrets anew with SECRET_KEY, so that former keys can be dropped."""

from collections.abc import Callable
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError

from accounts import reencryption
from meetings.video import encryption

STORED: dict[str, Callable[[], reencryption.Outcome]] = {
    "Links to meetings": encryption.reencrypt_links,
    "Second factors": partial(reencryption.second_factors, Authenticator.Type.TOTP),
    "Recovery codes": partial(reencryption.second_factors, Authenticator.Type.RECOVERY_CODES),
}


class Command(BaseCommand):
    """Goes through all stored secrets while the site runs; can be run again at any time."""

    help = (
        "Encrypt stored secrets anew with SECRET_KEY. Once nothing is left to do, what is stored needs no "
        "key of SECRET_KEY_FALLBACKS; docs/operations.md says what else they are good for."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Say what was done; fail where something cannot be read with any of the keys."""
        unreadable = 0
        for words, reencrypt in STORED.items():
            done = reencrypt()
            self.stdout.write(f"{words}: {done.anew} encrypted anew, {done.already} were already.")
            if done.unreadable:
                numbers = ", ".join(map(str, done.unreadable))
                self.stdout.write(f"    None of the keys opens: {numbers}.")
            unreadable += len(done.unreadable)
        if unreadable:
            raise CommandError(
                f"{unreadable} cannot be read. Is a former key missing in SECRET_KEY_FALLBACKS?"
            )
