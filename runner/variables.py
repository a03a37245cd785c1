"""The environment variables that our programs get: all that expertim/settings.py reads."""

import os
import secrets
from pathlib import Path

from runner import processes
from runner.places import SECRET_KEY

FOR_TESTS = {
    "EXTRA_APPS": "demo",
    "DJANGO_SETTINGS_MODULE": "expertim.settings",
    "SECRET_KEY": "the-tests-need-a-key-that-is-long-and-have-no-secrets",
    "HTTPS": "0",
    # The manifest of the real storage exists only after collectstatic.
    "STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
# What .env.example calls needed beside the servers, HTTPS included.
PUBLIC_SITE = {
    "HTTPS": "1",
    "SITE_URL": "https://expertim.example",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "VIDEO_PLATFORM": "manual",
}
# Left to their defaults in tests, whatever the developer's shell has.
NOT_FOR_TESTS = (
    "ALLOWED_HOSTS",
    "BBB_SECRET",
    "BBB_URL",
    "DEBUG",
    "DEFAULT_FROM_EMAIL",
    "DEMO",
    "EMAIL_URL",
    "ERASURES_FILE",
    "HSTS",
    "JAAS_APP_ID",
    "JAAS_KEY_ID",
    "JAAS_PRIVATE_KEY",
    "JANUS_ADMIN_KEY",
    "JANUS_API_SECRET",
    "JANUS_EVENTS_PASSWORD",
    "JANUS_ICE_SERVERS",
    "JANUS_PUBLIC_URL",
    "JANUS_TOKEN_SECRET",
    "JANUS_URL",
    "JITSI_APP_ID",
    "JITSI_SECRET",
    "JITSI_URL",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "METRICS_TOKEN",
    "SECRET_KEY_FALLBACKS",
    "SENTRY_DSN",
    "SITE_URL",
    "TRUSTED_PROXY_COUNT",
    "VIDEO_PLATFORM",
    "ZOOM_ACCOUNT_ID",
    "ZOOM_CLIENT_ID",
    "ZOOM_CLIENT_SECRET",
    "ZOOM_HOST",
)


def set_for_tests(servers: dict[str, str]) -> None:
    """Give this very process, and those it starts, the environment of the tests."""
    for name in NOT_FOR_TESTS:
        os.environ.pop(name, None)
    os.environ.update(FOR_TESTS | servers)


def set_for_checks(servers: dict[str, str]) -> None:
    """Give this very process the environment of a public site, which the checks of the set-up let start."""
    set_for_tests(servers)
    os.environ.update(PUBLIC_SITE)


def for_demo(servers: dict[str, str], *, port: int) -> dict[str, str]:
    """Return the environment of the demo's programs."""
    return processes.inherited() | {
        "DJANGO_SETTINGS_MODULE": "expertim.settings",
        "SECRET_KEY": secret_key(SECRET_KEY),
        "DEMO": "1",
        "EXTRA_APPS": "demo",
        "DEBUG": "0",
        "HTTPS": "0",
        "SITE_URL": f"http://127.0.0.1:{port}",
        **servers,
    }


def secret_key(path: Path) -> str:
    """Return the key kept there; make one the first time, for our eyes only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()
