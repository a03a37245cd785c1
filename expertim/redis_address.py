"""One Redis address, written as Celery wants it."""

from urllib.parse import parse_qs, urlsplit


def for_celery(url: str) -> str:
    """Return the broker address for a Redis address; a socket's has a form of its own in Celery.

    >>> for_celery("unix:///run/redis.sock?db=1")
    'redis+socket:///run/redis.sock?virtual_host=1'
    >>> for_celery("redis://localhost:6379/0")
    'redis://localhost:6379/0'
    """
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"
