"""Asking for a job: at once where seconds matter, and by the clock. No job waits twice.

What waits is what stands in the queue; nothing else remembers it. A job that has begun has left the queue, so
what is committed while it runs asks anew. Two who ask in the same moment may both find the queue empty: then
the job looks twice, which is no harm.
"""

import json
import logging
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from celery import current_app
from django.db import connection, transaction
from kombu import Connection
from kombu.exceptions import OperationalError
from redis import RedisError

log = logging.getLogger(__name__)

# Who acts does not wait for a broker that is gone or stuck. Not a setting for all connections: workers wait
# for their jobs on theirs.
IMPATIENT = {
    "socket_timeout": 0.2,
    "socket_connect_timeout": 0.2,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
# There are fewer jobs than this. Of a longer queue, of whatever origin, only the newest are looked at.
NEWEST = 100


def on_commit(job: str) -> None:
    """Ask a worker to run a job once this transaction is committed; a broker that is down is no harm."""
    nudge = _nudge(job)
    if not any(waiting[1] is nudge for waiting in connection.run_on_commit):
        transaction.on_commit(nudge, robust=True)


def ask_for(job: str) -> bool:
    """Let a job wait in its queue, where it does not wait already; False where the broker is away."""
    try:
        with current_app.connection_for_write(transport_options=IMPATIENT) as broker:
            if not _waits(job, broker):
                current_app.send_task(job, connection=broker, retry=False)
    except (OperationalError, OSError, RedisError) as error:
        log.warning("No broker to ask for %s: %s", job, error)
        return False
    return True


@cache
def _nudge(job: str) -> Callable[[], object]:
    """Return the same function for a job each time, so that a transaction nudges it only once."""
    return partial(ask_for, job)


def _waits(job: str, broker: Connection) -> bool:
    queue = current_app.amqp.router.route({}, job)["queue"].name
    channel: Any = broker.default_channel
    return any(_job_of(message) == job for message in channel.client.lrange(queue, 0, NEWEST - 1))


def _job_of(message: bytes) -> str:
    return str(json.loads(message).get("headers", {}).get("task", ""))
