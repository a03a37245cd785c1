"""When each job runs: one row per job."""

from typing import Any

MINUTE, DAY = 60.0, 24 * 60 * 60.0

SCHEDULE: dict[str, dict[str, Any]] = {
    "expire, lapse and evaluate meetings": {"task": "meetings.jobs.let_time_pass", "schedule": MINUTE},
    "send reminders": {"task": "meetings.jobs.send_reminders", "schedule": MINUTE},
    "deliver mails": {"task": "notifications.jobs.deliver_mails", "schedule": MINUTE},
    "prepare video rooms": {"task": "meetings.jobs.prepare_rooms", "schedule": 15.0},
    "watch video rooms": {"task": "meetings.jobs.watch_rooms", "schedule": MINUTE},
    "forget old receipts": {"task": "meetings.jobs.forget_receipts", "schedule": DAY},
    "audit the books": {"task": "meetings.jobs.audit_books", "schedule": DAY},
}
