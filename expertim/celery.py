"""The Celery application: the clock (beat) and the hands (workers)."""

import logging.config

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init
from django.conf import settings
from kombu import Exchange, Queue
from kombu.transport import redis

from expertim.schedule import QUEUES, ROUTES, SCHEDULE
from expertim.startup import end_with_bad_setup

# A worker that loses Redis with a message in hand would end of putting it back (docs/decisions/0012-jobs.md).
redis.Channel.do_restore = False

app = Celery("expertim")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
app.conf.task_routes = ROUTES
# A worker that is started without --queues serves all of these.
app.conf.task_queues = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
app.autodiscover_tasks(related_name="jobs")
# Loaded with the jobs: it needs tables, which the application must not.
app.autodiscover_tasks(["expertim"], related_name="job_runs")
for starts in (worker_init, beat_init):
    starts.connect(end_with_bad_setup, weak=False)


@setup_logging.connect
def write_the_same_log(**_how: object) -> None:
    """Let workers and beat write their log as the site does, without names and addresses."""
    logging.config.dictConfig(settings.LOGGING)
