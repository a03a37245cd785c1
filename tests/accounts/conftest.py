"""What tests of signing in have in common."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    """Let no test use up the attempts of the next."""
    cache.clear()
