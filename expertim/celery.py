"""The Celery application: the clock (beat) and the hands (worker)."""

import logging.config

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

from expertim.schedule import SCHEDULE

app = Celery("expertim")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
app.autodiscover_tasks(related_name="jobs")


@setup_logging.connect
def write_the_same_log(**_how: object) -> None:
    """Let workers and beat write their log as the site does, without names and addresses."""
    logging.config.dictConfig(settings.LOGGING)
