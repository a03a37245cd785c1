"""The job that forgets sessions; it may run at any time, any number of times, in any number of workers."""

import logging

from celery import shared_task
from django.utils import timezone

from accounts import leaving, sessions

log = logging.getLogger(__name__)


@shared_task
def forget_sessions() -> None:
    """Delete sessions that are no use any more, and what late sign-ins wrote: they name who signed in."""
    number = sessions.forget(timezone.now())
    leaving.erase_late()
    if number:
        log.info("%s sessions forgotten.", number)
