"""The jobs: one row per job says when it runs and in which queue it waits.

The operators' page shows the names in the reader's language. What talks to the outside has queues, and so
workers, of its own: a mail server or a video platform that hangs holds up nothing else.
"""

from typing import Any, NamedTuple

from django.utils.translation import gettext_noop as _

MINUTE, TEN_MINUTES, DAY = 60.0, 600.0, 24 * 60 * 60.0
INNER, MAIL, VIDEO = QUEUES = ("celery", "mail", "video")


class Job(NamedTuple):
    """What runs, after how many seconds again, and the queue in which it waits for a worker."""

    task: str
    pause: float
    queue: str = INNER


JOBS = {
    _("expire, lapse and evaluate meetings"): Job("meetings.jobs.let_time_pass", MINUTE),
    _("send reminders"): Job("meetings.jobs.send_reminders", MINUTE),
    _("deliver mails"): Job("notifications.jobs.deliver_mails", MINUTE, MAIL),
    _("forget old e-mails about signing in"): Job("notifications.jobs.forget_account_mails", DAY),
    _("prepare video rooms"): Job("meetings.jobs.prepare_rooms", 15.0, VIDEO),
    _("watch video rooms"): Job("meetings.jobs.watch_rooms", MINUTE, VIDEO),
    _("forget sessions that are over"): Job("accounts.jobs.forget_sessions", DAY),
    _("list who was erased"): Job("accounts.jobs.list_erasures", TEN_MINUTES),
    _("forget old receipts"): Job("meetings.jobs.forget_receipts", DAY),
    _("audit the books"): Job("meetings.jobs.audit_books", DAY),
}
TASKS = frozenset(job.task for job in JOBS.values())
SCHEDULE: dict[str, dict[str, Any]] = {
    name: {"task": job.task, "schedule": job.pause} for name, job in JOBS.items()
}
ROUTES = {job.task: {"queue": job.queue} for job in JOBS.values()}
