"""What is being worked on, the request and the job that it triggered: log lines and reports name it.

The id of a request travels with the jobs that it triggers, in a header of Celery's messages.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.core.signals import request_finished

HEADER = "request_id"

_current: ContextVar[Mapping[str, str]] = ContextVar("trail", default={})  # noqa: B039 - nobody changes it


def current() -> Mapping[str, str]:
    """Return the names of what is being worked on: any of request_id, task, task_id."""
    return _current.get()


def begin(**names: str) -> None:
    """Work on this from now on, in this thread; what was before is forgotten."""
    _current.set(names)


def end(**_signal: object) -> None:
    """Work on nothing any more."""
    _current.set({})


# Django writes its line about an answer when all middleware is through; only later a request has ended.
request_finished.connect(end)
task_postrun.connect(end)


@before_task_publish.connect
def send_along(headers: dict[str, Any] | None = None, **_message: object) -> None:
    """Write the id of the request onto the message that asks for a job."""
    if headers is not None and HEADER in current():
        headers[HEADER] = current()[HEADER]


@task_prerun.connect
def begin_job(task_id: str, task: Any, **_run: object) -> None:
    """Name the job from now on, and the request that asked for it, if one did."""
    request_id = getattr(task.request, HEADER, None)
    begin(task=task.name, task_id=task_id, **({HEADER: request_id} if request_id else {}))
