"""What every run of the tests has in common."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone, translation
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings

from tests import statements

# Random histories touch the database: slow steps are no failure. A failing one is printed as it was found;
# `--hypothesis-profile=shrink` looks for the shortest one, which takes minutes.
USUAL = (Phase.explicit, Phase.reuse, Phase.generate)
SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
hypothesis_settings.register_profile(
    "usual", deadline=None, database=None, print_blob=True, phases=USUAL, suppress_health_check=SLOW_IS_FINE
)
hypothesis_settings.register_profile(
    "shrink", hypothesis_settings.get_profile("usual"), phases=(*USUAL, Phase.shrink)
)
hypothesis_settings.load_profile("usual")


def pytest_configure() -> None:
    """Make passwords quickly, and look for no collected files: each test client would list them all."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STATIC_ROOT = None
    statements.watch()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Begin in the site's language and zone, whoever's were active in the test before."""
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def no_forbidden_statement() -> Iterator[None]:
    """Fail the test that sent a forbidden statement, also where the error was caught on its way."""
    statements.broken.clear()
    yield
    assert statements.broken == []


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End sessions that servers and browsers of tests left behind: they would keep the database alive."""
    yield
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")  # noqa: S608
