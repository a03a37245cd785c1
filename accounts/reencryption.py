"""Encrypting anew, with the site's key of today, what former keys encrypted: then those can be dropped."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db import connection

from accounts import encryption
from accounts.auth.second_factor import PURPOSE, SEALED


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many secrets were encrypted anew, how many were so already, and which nobody can read."""

    anew: int
    already: int
    unreadable: list[int]


# Replaces a row's sealed secret if it is still the same; false where somebody else was quicker.
Replace = Callable[[int, str, str], bool]


def reencrypt(sealed: Iterable[tuple[int, str]], replace: Replace, *, purpose: str) -> Outcome:
    """Encrypt anew what the site's key of today does not open."""
    anew, already, unreadable = 0, 0, list[int]()
    for pk, secret in sealed:
        if encryption.is_of_today(secret, purpose=purpose):
            already += 1
            continue
        try:
            renewed = encryption.renew(secret, purpose=purpose)
        except encryption.Unreadable:
            unreadable.append(pk)
            continue
        anew += replace(pk, secret, renewed)
    return Outcome(anew, already, unreadable)


def second_factors(kind: str) -> Outcome:
    """Encrypt anew the secrets of one kind of second factor."""
    key = SEALED[kind]
    rows = Authenticator.objects.filter(type=kind).values_list("pk", f"data__{key}")

    def replace(pk: int, before: str, after: str) -> bool:
        return _replace_in_data(key, pk, before, after)

    return reencrypt(rows.iterator(), replace, purpose=PURPOSE)


def _replace_in_data(key: str, pk: int, before: str, after: str) -> bool:
    """Change one key of the data, and not what is beside it: which codes were used is written there too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE mfa_authenticator SET data = jsonb_set(data, ARRAY[%s], to_jsonb(%s::text))"
            " WHERE id = %s AND data ->> %s = %s",
            [key, after, pk, key, before],
        )
        return bool(cursor.rowcount == 1)
