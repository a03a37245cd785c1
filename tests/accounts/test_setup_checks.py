"""Behind a proxy that is not counted, limits on guessing would hit all people together: the site says so."""

from typing import Any

import pytest
from django.core import checks


def warnings() -> list[str]:
    return [warning.msg for warning in checks.run_checks() if warning.id == "accounts.W001"]


@pytest.mark.parametrize(
    ("https", "proxies", "told"), [(True, 0, 1), (True, 1, 0), (True, 2, 0), (False, 0, 0), (False, 1, 0)]
)
def test_https_without_a_proxy_that_counts_is_told(
    settings: Any, https: bool, proxies: int, told: int
) -> None:
    settings.HTTPS, settings.ALLAUTH_TRUSTED_PROXY_COUNT = https, proxies
    said = warnings()
    assert len(said) == told
    assert all("TRUSTED_PROXY_COUNT=0" in words for words in said)
