"""The clock: asks for each job whose pause is over.

The database says whether it is over: by when the job last began (meetings.models.JobRun), on its own clock.
So what is overdue runs, however often beat was restarted, whatever the clock of its machine says, and
whatever became of a message: a job that did not begin is asked for again.
"""

import logging
from datetime import timedelta

from django.db import Error, close_old_connections
from django_celery_beat.schedulers import DatabaseScheduler

from meetings.models import JobRun
from notifications import nudge

log = logging.getLogger(__name__)

LOOK_EVERY, WAIT_IN_TROUBLE = 1.0, 5.0  # seconds


class Scheduler(DatabaseScheduler):  # type: ignore[misc] # the library is untyped
    """Reads from the tables of django-celery-beat which jobs there are and which are paused, nothing else."""

    def tick(self, *_args: object, **_kwargs: object) -> float:
        """Ask for what is due; return how many seconds to wait before the next look."""
        try:
            due = self.due()
        except Error as error:
            log.warning("The database does not say which jobs are due: %s", error)
            close_old_connections()
            return WAIT_IN_TROUBLE
        return LOOK_EVERY if all(nudge.ask_for(task) for task in due) else WAIT_IN_TROUBLE

    def due(self) -> list[str]:
        """Return the tasks whose pause is over. Raises django.db.Error."""
        jobs = [(entry.task, entry.schedule.run_every) for entry in self.schedule.values()]
        ages = JobRun.objects.ages()
        return [task for task, pause in jobs if _is_due(ages.get(task), pause)]


def _is_due(age: timedelta | None, pause: timedelta) -> bool:
    """Whether a job that began so long ago is due. In the future it began by a clock that was ahead."""
    return age is None or age < timedelta(0) or age >= pause
