"""Addresses of private servers."""

import hashlib
import os
import socket
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from runner.progress import Problem

# The system allows about 100 bytes for a socket's path; Postgres adds up to 20 to the folder's.
LONGEST_FOLDER = 80


def socket_folder(data: Path) -> Path:
    """Return the folder for the sockets of the servers of a data folder: short, and always the same one.

    Not the data folder itself: a checkout can be deep, and some shared drives know no sockets.
    """
    whose = f"{os.geteuid()} {data.resolve()}"
    name = "expertim-" + hashlib.sha256(whose.encode()).hexdigest()[:10]
    folder = Path(tempfile.gettempdir()) / name
    return folder if len(str(folder)) <= LONGEST_FOLDER else Path("/tmp") / name  # noqa: S108 - checked below


def make_private(folder: Path, *, owners: tuple[int, ...]) -> None:
    """Make a folder that only its owner can enter; refuse one that a stranger has made before us."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in (os.geteuid(), *owners) or found.st_mode & 0o077:
        raise Problem(f"{folder} was not made by us, or others can enter it. Please look and remove it.")


def with_redis_database(url: str, number: int) -> str:
    """Return the same Redis address with another database number.

    >>> with_redis_database("unix:///run/redis.sock?db=0", 3)
    'unix:///run/redis.sock?db=3'
    >>> with_redis_database("redis://localhost:6379/0", 3)
    'redis://localhost:6379/3'
    """
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return parts._replace(path=f"/{number}").geturl()
    return f"unix://{parts.path}?" + urlencode(dict(parse_qsl(parts.query)) | {"db": number})


def free_port() -> int:
    """Return a port of this machine on which nobody listened a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
