"""What every run of the tests has in common."""

from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# Random histories touch the database: slow steps are no failure, and failures print how to repeat them.
hypothesis_settings.register_profile(
    "expertim",
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("expertim")


def pytest_configure() -> None:
    """Make passwords quickly: how slow real ones are is Django's business."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
