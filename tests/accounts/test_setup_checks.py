"""What is fine for a demo and harmful on a public site is refused at the start, in a sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.core.checks import CheckMessage
from django.core.management.base import SystemCheckError

from accounts.toys import AT_START
from expertim.startup import end_with_bad_setup, require_good_setup

Configure = Callable[[dict[str, Any]], None]
SMTP = "django.core.mail.backends.smtp.EmailBackend"
PUBLIC = {
    "DEMO": False,
    "DEBUG": False,
    "SECRET_KEY": "a1B2c3D4e5" * 5,
    "SECRET_KEY_FALLBACKS": [],
    "HTTPS": True,
    "SITE_URL": "https://expertim.example",
    "HSTS": "host",
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    "EMAIL_BACKEND": SMTP,
    "VIDEO_PLATFORM": "manual",
    "METRICS_TOKEN": "",
    "LOG_FORMAT": "line",
}
TOYS = [
    ("accounts.E001", {"DEBUG": True}),
    ("accounts.E002", {"SECRET_KEY": "a1B2c3D4e5" * 4}),
    ("accounts.E002", {"SECRET_KEY": "a" * 60}),
    ("accounts.E002", {"SECRET_KEY": "django-insecure-" + "a1B2c3D4e5" * 5}),
    ("accounts.E002", {"SECRET_KEY_FALLBACKS": ["former"]}),
    ("accounts.E003", {"SITE_URL": "http://expertim.example"}),
    ("accounts.E003", {"SITE_URL": "expertim.example"}),
    ("accounts.E004", {"ALLAUTH_TRUSTED_PROXY_COUNT": 0}),
    ("accounts.E005", {"HSTS": "yes"}),
    ("accounts.E006", {"METRICS_TOKEN": "x" * 31}),
    ("accounts.E007", {"LOG_FORMAT": "xml"}),
    ("meetings.E002", {"VIDEO_PLATFORM": "practice"}),
    ("notifications.E001", {"EMAIL_BACKEND": "notifications.eml.EmailBackend"}),
    ("notifications.E001", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
    ("notifications.E001", {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}),
    ("notifications.E001", {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}),
    ("notifications.E001", {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}),
]


@pytest.fixture(autouse=True)
def configure(settings: Any, tmp_path: Path) -> Configure:
    """Have the settings of a public site, and return a way to change some."""

    def change(values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(settings, name, value)

    change(PUBLIC | {"ERASURES_FILE": str(tmp_path / "erasures")})
    return change


def found() -> list[CheckMessage]:
    return list(checks.run_checks(tags=[AT_START]))


def test_a_public_site_starts_without_a_word() -> None:
    assert found() == []
    require_good_setup()


@pytest.mark.parametrize(("number", "toy"), TOYS)
def test_a_toy_is_refused(number: str, toy: dict[str, Any], configure: Configure) -> None:
    configure(toy)
    assert [(one.id, one.level) for one in found() if one.level >= checks.ERROR] == [(number, checks.ERROR)]
    with pytest.raises(SystemCheckError, match=number):
        require_good_setup()
    with pytest.raises(SystemExit, match=number):
        end_with_bad_setup()


@pytest.mark.parametrize(("number", "toy"), TOYS)
def test_a_demo_may_use_it(number: str, toy: dict[str, Any], configure: Configure) -> None:
    configure({"DEMO": True} | toy)
    assert found() == []


@pytest.mark.parametrize("proxies", [0, 1])
def test_no_https_is_only_warned_of_where_somebody_said_so(proxies: int, configure: Configure) -> None:
    configure({"HTTPS": False, "SITE_URL": "http://expertim.example", "ALLAUTH_TRUSTED_PROXY_COUNT": proxies})
    assert [(one.id, one.level) for one in found()] == [("accounts.W001", checks.WARNING)]
    require_good_setup()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://localhost"])
def test_links_that_lead_to_the_readers_own_machine_are_warned_of(url: str, configure: Configure) -> None:
    configure({"SITE_URL": url})
    assert [(one.id, one.level) for one in found()] == [("accounts.W002", checks.WARNING)]


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_for_mails_that_cannot_be_written_to_is_named(
    exists: bool, configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mails"
    if exists:
        folder.mkdir()
    configure(
        {
            "DEMO": True,
            "EMAIL_BACKEND": "notifications.eml.EmailBackend",
            "EMAIL_FILE_PATH": folder,
            "ERASURES_FILE": "",
        }
    )
    assert found() == []
    monkeypatch.setattr("os.access", lambda *_how: False)  # tests may run as root, who may write anywhere
    [error] = found()
    assert (error.id, error.level) == ("notifications.E002", checks.ERROR)
    assert str(folder) in error.msg


def test_a_list_of_erasures_that_cannot_be_written_is_named(configure: Configure, tmp_path: Path) -> None:
    configure({"ERASURES_FILE": str(tmp_path / "erasures")})
    assert found() == []
    configure({"ERASURES_FILE": str(tmp_path / "missing" / "erasures")})
    [error] = found()
    assert (error.id, error.level) == ("accounts.E008", checks.ERROR)
    assert "missing" in error.msg
