"""What Prometheus collects: requests, counted by all processes of this server, and what the database says.

Every metric is explained in docs/monitoring.md. Labels have few values and hold nothing about people.
"""

import os
from collections.abc import Callable
from time import perf_counter
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from expertim.monitoring.state import StateCollector

REQUESTS = Counter(
    "expertim_http_requests", "Requests by the name of the view and the status.", ("view", "status")
)
DURATION = Histogram(
    "expertim_http_request_duration_seconds",
    "How long requests took.",
    ("view",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
IN_DATABASE = Histogram(
    "expertim_http_request_database_seconds",
    "How long the database worked on the statements of a request, all together.",
    ("view",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
OF_REQUESTS = (REQUESTS, DURATION, IN_DATABASE)


class StatementTimer:
    """Adds up how long statements take; to be given to `connection.execute_wrapper`."""

    seconds = 0.0

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        """Execute a statement."""
        started = perf_counter()
        try:
            return execute(*statement)
        finally:
            self.seconds += perf_counter() - started


def count_request(view: str, status: int, *, seconds: float, in_database: float) -> None:
    """Count one request that was answered."""
    REQUESTS.labels(view, status).inc()
    DURATION.labels(view).observe(seconds)
    IN_DATABASE.labels(view).observe(in_database)


def exposition() -> bytes:
    """Return all metrics in Prometheus's text format."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # made by gunicorn.conf.py
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for metric in OF_REQUESTS:
            registry.register(metric)
    registry.register(StateCollector())
    return generate_latest(registry)
