"""Running a job at once where seconds matter. The job would find its work a minute later anyway."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

# A nudge that waited this long is no use: the job has run by itself.
STALE_SECONDS = 60


def on_commit(job: str) -> None:
    """Ask a worker to run a job once this transaction is committed; a broker that is down is no harm."""
    transaction.on_commit(lambda: _send(job), robust=True)


def _send(job: str) -> None:
    try:
        current_app.send_task(job, retry=False, expires=STALE_SECONDS)
    except OperationalError as error:
        log.warning("No broker to nudge %s: %s", job, error)
