"""Keeping a secret in a table: encrypted with the site's secret key, readable with former keys as well."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """None of the site's keys opens what was sealed."""


def encrypt(secret: str, *, purpose: str) -> str:
    """Return the secret encrypted; what was sealed for one purpose opens for no other."""
    return _keys(purpose).encrypt(secret.encode()).decode()


def decrypt(sealed: str, *, purpose: str) -> str:
    """Return the secret that was sealed. Raises Unreadable."""
    try:
        return _keys(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def is_of_today(sealed: str, *, purpose: str) -> bool:
    """Whether the site's key of today opens it, without former ones."""
    try:
        _key(purpose, settings.SECRET_KEY).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def renew(sealed: str, *, purpose: str) -> str:
    """Return the same secret, encrypted with the site's key of today. Raises Unreadable."""
    return encrypt(decrypt(sealed, purpose=purpose), purpose=purpose)


def _keys(purpose: str) -> MultiFernet:
    return MultiFernet([_key(purpose, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(purpose: str, secret_key: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"{purpose}:{secret_key}".encode()).digest()))
