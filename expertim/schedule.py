"""When each job runs: one row per job."""

from typing import Any

MINUTE, DAY = 60.0, 24 * 60 * 60.0

JOBS = {
    "expire, lapse and evaluate meetings": ("meetings.jobs.let_time_pass", MINUTE),
    "send reminders": ("meetings.jobs.send_reminders", MINUTE),
    "deliver mails": ("notifications.jobs.deliver_mails", MINUTE),
    "prepare video rooms": ("meetings.jobs.prepare_rooms", 15.0),
    "watch video rooms": ("meetings.jobs.watch_rooms", MINUTE),
    "forget old receipts": ("meetings.jobs.forget_receipts", DAY),
    "audit the books": ("meetings.jobs.audit_books", DAY),
}
# A run that nobody got to before the next one is due is no use any more.
SCHEDULE: dict[str, dict[str, Any]] = {
    name: {"task": task, "schedule": pause, "options": {"expire_seconds": int(pause)}}
    for name, (task, pause) in JOBS.items()
}
