"""The project's own Celery application, only in a hurry: its jobs run each second, not each minute."""

from expertim.celery import app

EACH_SECOND = 1.0
MINUTELY = 60.0

app.conf.beat_schedule = {
    name: row | {"schedule": EACH_SECOND}
    for name, row in app.conf.beat_schedule.items()
    if row["schedule"] == MINUTELY
}
