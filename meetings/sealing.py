"""Keeping a link in a table: encrypted with the site's secret key, readable with former keys as well."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from meetings.video.base import VideoError


class Unreadable(VideoError):
    """A link that none of the site's keys opens: only putting in one helps."""

    def __init__(self) -> None:
        super().__init__("The link that was put in cannot be read any more: the site's key was changed.")


def seal(secret: str) -> str:
    """Return the secret encrypted."""
    return _keys().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the secret that was sealed. Raises Unreadable."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _keys() -> MultiFernet:
    return MultiFernet([_key(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret_key: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"meetings.sealing:{secret_key}".encode()).digest()))
