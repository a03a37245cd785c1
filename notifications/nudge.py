"""Running a job at once where seconds matter. The job would find its work a minute later anyway."""

import logging
from collections.abc import Callable
from functools import cache, partial

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

# A nudge that waited this long is no use: the job has run by itself.
STALE_SECONDS = 60

# Who acts does not wait for a broker that is gone or stuck. Not a setting for all connections: workers wait
# for their jobs on theirs.
IMPATIENT = {
    "socket_timeout": 0.2,
    "socket_connect_timeout": 0.2,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}


def on_commit(job: str) -> None:
    """Ask a worker to run a job once this transaction is committed; a broker that is down is no harm."""
    nudge = _nudge(job)
    if not any(waiting[1] is nudge for waiting in connection.run_on_commit):
        transaction.on_commit(nudge, robust=True)


@cache
def _nudge(job: str) -> Callable[[], None]:
    """Return the same function for a job each time, so that a transaction nudges it only once."""
    return partial(_send, job)


def _send(job: str) -> None:
    try:
        with current_app.connection_for_write(transport_options=IMPATIENT) as broker:
            current_app.send_task(job, connection=broker, retry=False, expires=STALE_SECONDS)
    except (OperationalError, OSError) as error:
        log.warning("No broker to nudge %s: %s", job, error)
