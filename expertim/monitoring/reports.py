"""Errors reported to Sentry, or to what speaks like it, without anything about people."""

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger

from expertim import trail
from expertim.log_lines import discreet_data

# What strangers can have as often as they like is no error of ours.
IGNORED = ("django.security.DisallowedHost",)
# Whose errors say nothing about people: our own. What others quote may be anything that somebody typed.
OURS = ("accounts.", "credits.", "expertim.", "meetings.", "notifications.")
# Of a request only these are reported: addresses, headers and forms may name people or hold secrets.
OF_REQUEST = ("method",)


def start(dsn: str) -> None:
    """Report each error from now on, in the background: nobody waits for Sentry, be it away or slow."""
    sentry_sdk.init(
        dsn=dsn,
        before_send=make_discreet,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,  # they would quote log lines and SQL
        auto_session_tracking=False,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            AtexitIntegration(callback=lambda _pending, _timeout: None),
            CeleryIntegration(),
            DedupeIntegration(),
            DjangoIntegration(middleware_spans=False, signals_spans=False),
            ExcepthookIntegration(),
            LoggingIntegration(level=None, sentry_logs_level=None),
        ],
    )
    for name in IGNORED:
        ignore_logger(name)


def make_discreet(event: Any, _hint: dict[str, Any]) -> Any:
    """Return the report as the log would have it: no addresses of people, no quoted rows, no secret paths."""
    request = {name: value for name, value in event.pop("request", {}).items() if name in OF_REQUEST}
    for name in ("user", "breadcrumbs"):
        event.pop(name, None)
    _leave_out_quotes(event)
    report: dict[str, Any] = discreet_data(event)
    report["request"] = request
    report["tags"] = {**report.get("tags", {}), **trail.current()}
    return report


def _leave_out_quotes(event: Any) -> None:
    """Keep which error it was and the sentence of the code, not what either quotes."""
    for name in ("params", "formatted"):
        event.get("logentry", {}).pop(name, None)
    for error in event.get("exception", {}).get("values", []):
        if not f"{error.get('module')}.".startswith(OURS):
            error["value"] = ""
