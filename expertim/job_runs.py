"""Workers write down when each job begins and ends (meetings.models.JobRun). Celery loads this with the jobs.

The job comes first: when its times cannot be written it runs all the same.
"""

import logging
from collections.abc import Callable

from celery.signals import task_postrun, task_prerun
from django.db import Error, connection

from expertim.schedule import TASKS
from meetings.models import JobRun

log = logging.getLogger(__name__)


@task_prerun.connect
def note_start(task: object, **_more: object) -> None:
    """Write down that a job begins."""
    _note(task, JobRun.objects.note_start)


@task_postrun.connect
def note_end(task: object, state: str | None = None, **_more: object) -> None:
    """Write down that a job has ended, and how."""
    _note(task, lambda name: JobRun.objects.note_end(name, succeeded=state == "SUCCESS"))


def _note(task: object, write: Callable[[str], None]) -> None:
    name = str(getattr(task, "name", ""))
    if name not in TASKS:
        return
    try:
        write(name)
    except Error:
        log.exception("The times of %s could not be written.", name)
        connection.close_if_unusable_or_obsolete()
