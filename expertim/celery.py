"""The Celery application: the clock (beat) and the hands (worker)."""

import os

from celery import Celery

from expertim.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "expertim.settings")

app = Celery("expertim")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
app.autodiscover_tasks(related_name="jobs")
