"""The project's own Celery application, only in a hurry: its jobs run each second, not each minute."""

import os

from expertim.celery import app

PAUSE = float(os.environ.get("HURRIED_PAUSE", "1"))
MINUTELY = 60.0

app.conf.beat_schedule = {
    name: row | {"schedule": PAUSE}
    for name, row in app.conf.beat_schedule.items()
    if row["schedule"] == MINUTELY
}
