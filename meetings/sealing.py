"""Keeping a link to a room in a table, encrypted."""

from accounts import sealing
from meetings.video.base import VideoError

PURPOSE = "meetings.sealing"


class Unreadable(VideoError):
    """A link that none of the site's keys opens: only putting in one helps."""

    def __init__(self) -> None:
        super().__init__("The link that was put in cannot be read any more: the site's key was changed.")


def seal(secret: str) -> str:
    """Return the secret encrypted."""
    return sealing.seal(secret, purpose=PURPOSE)


def unseal(sealed: str) -> str:
    """Return the secret that was sealed. Raises Unreadable."""
    try:
        return sealing.unseal(sealed, purpose=PURPOSE)
    except sealing.Unreadable as error:
        raise Unreadable from error
