"""Keeping a link to a room in a table, encrypted."""

from accounts import encryption
from accounts.reencryption import Outcome, reencrypt
from meetings.models import VideoRoom
from meetings.video.platforms.base import VideoError

PURPOSE = "meetings.video.encryption"


class Unreadable(VideoError):
    """A link that none of the site's keys opens: only putting in one helps."""

    def __init__(self) -> None:
        super().__init__("The link that was put in cannot be read any more: the site's key was changed.")


def reencrypt_links() -> Outcome:
    """Encrypt anew, with the site's key of today, the links that former keys encrypted."""
    rows = VideoRoom.objects.exclude(sealed_link="").values_list("pk", "sealed_link")
    return reencrypt(rows.iterator(), _replace, purpose=PURPOSE)


def encrypt(secret: str) -> str:
    """Return the secret encrypted."""
    return encryption.encrypt(secret, purpose=PURPOSE)


def decrypt(sealed: str) -> str:
    """Return the secret that was sealed. Raises Unreadable."""
    try:
        return encryption.decrypt(sealed, purpose=PURPOSE)
    except encryption.Unreadable as error:
        raise Unreadable from error


def _replace(pk: int, before: str, after: str) -> bool:
    return VideoRoom.objects.filter(pk=pk, sealed_link=before).update(sealed_link=after) == 1
