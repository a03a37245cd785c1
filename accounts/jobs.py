"""Jobs about people; they may run at any time, any number of times, in any number of workers."""

import logging
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts import erasure, erasure_list
from accounts.auth import sessions

log = logging.getLogger(__name__)


@shared_task
def forget_sessions() -> None:
    """Delete sessions that are no use any more, and what late sign-ins wrote: they name who signed in."""
    number = sessions.forget(timezone.now())
    erasure.erase_late()
    if number:
        log.info("%s sessions forgotten.", number)


@shared_task
def list_erasures() -> None:
    """Add who was erased to the list outside of the database, by which a restored back-up is erased again."""
    if settings.ERASURES_FILE and (number := erasure_list.add_missing(Path(settings.ERASURES_FILE))):
        log.info("%s erasures listed.", number)
