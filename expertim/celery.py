"""The Celery application: the clock (beat) and the hands (worker)."""

import logging.config

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init
from django.conf import settings

from expertim.schedule import SCHEDULE
from expertim.startup import end_with_bad_setup

app = Celery("expertim")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
app.autodiscover_tasks(related_name="jobs")
# Loaded with the jobs: it needs tables, which the application must not.
app.autodiscover_tasks(["expertim"], related_name="job_runs")
for starts in (worker_init, beat_init):
    starts.connect(end_with_bad_setup, weak=False)


@setup_logging.connect
def write_the_same_log(**_how: object) -> None:
    """Let workers and beat write their log as the site does, without names and addresses."""
    logging.config.dictConfig(settings.LOGGING)
