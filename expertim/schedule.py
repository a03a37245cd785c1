"""When each job runs: one row per job."""

from typing import Any

MINUTE, DAY = 60.0, 24 * 60 * 60.0

SCHEDULE: dict[str, dict[str, Any]] = {
    "expire, lapse and evaluate meetings": {"task": "meetings.jobs.let_time_pass", "schedule": MINUTE},
    "audit the books": {"task": "meetings.jobs.audit_books", "schedule": DAY},
}
