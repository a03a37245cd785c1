"""What programs that tests start find in their environment: what production has, and nothing of ours."""

import os
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from runner.variables import FOR_TESTS, PUBLIC_SITE
from tests import clock

# What any machine gives to any program.
KEPT = ("HOME", "LANG", "PATH")


def bare(**named: str) -> dict[str, str]:
    """Return an environment made from nothing but the way to programs, with these variables."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | clock.variables() | named


def of_the_site(**named: str) -> dict[str, str]:
    """Return the environment of a program on the test's database and Redis, with these settings."""
    needed = {
        "SECRET_KEY": FOR_TESTS["SECRET_KEY"],
        "DATABASE_URL": database_url(),
        "REDIS_URL": os.environ["REDIS_URL"],
        "SITE_URL": settings.SITE_URL,  # what it writes into mails is what the test expects there
    }
    # Tests collect no static files, and most have no proxy that speaks HTTPS.
    ours = {name: FOR_TESTS[name] for name in ("HTTPS", "STATIC_STORAGE")}
    return bare(**PUBLIC_SITE | needed | ours | named)


def database_url() -> str:
    """Return the address of the test's database, as DATABASE_URL."""
    name = connection.settings_dict["NAME"]
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
