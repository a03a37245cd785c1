"""The jobs about mails; they may run at any time, any number of times, in any number of workers."""

import logging

from celery import shared_task
from django.utils import timezone

from notifications import account_mails, delivery

log = logging.getLogger(__name__)


@shared_task
def deliver_mails() -> None:
    """Send the mails that are due."""
    sent = delivery.deliver_due(timezone.now)
    if sent:
        log.info("%s mails dealt with.", sent)


@shared_task
def forget_account_mails() -> None:
    """Delete old mails about signing in."""
    account_mails.forget(timezone.now())
