"""The job that forgets sessions; it may run at any time, any number of times, in any number of workers."""

import logging

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

log = logging.getLogger(__name__)


@shared_task
def forget_sessions() -> None:
    """Delete sessions that are over: they name the address that signed in."""
    over = Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]
    if over:
        log.info("%s sessions forgotten.", over)
