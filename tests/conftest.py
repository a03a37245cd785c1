"""What every run of the tests has in common."""

from django.conf import settings
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings

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
    """Make passwords quickly: how slow real ones are is Django's business."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
