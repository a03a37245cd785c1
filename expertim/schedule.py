"""When each job runs: one row per job. The operators' page shows the names in the reader's language."""

from typing import Any

from django.utils.translation import gettext_noop as _

MINUTE, DAY = 60.0, 24 * 60 * 60.0
TEN_MINUTES = 10 * MINUTE

JOBS = {
    _("expire, lapse and evaluate meetings"): ("meetings.jobs.let_time_pass", MINUTE),
    _("send reminders"): ("meetings.jobs.send_reminders", MINUTE),
    _("deliver mails"): ("notifications.jobs.deliver_mails", MINUTE),
    _("forget old e-mails about signing in"): ("notifications.jobs.forget_account_mails", DAY),
    _("prepare video rooms"): ("meetings.jobs.prepare_rooms", 15.0),
    _("watch video rooms"): ("meetings.jobs.watch_rooms", MINUTE),
    _("forget sessions that are over"): ("accounts.jobs.forget_sessions", DAY),
    _("list who was erased"): ("accounts.jobs.list_erasures", TEN_MINUTES),
    _("forget old receipts"): ("meetings.jobs.forget_receipts", DAY),
    _("audit the books"): ("meetings.jobs.audit_books", DAY),
}
# A run that nobody got to before the next one is due is no use any more.
SCHEDULE: dict[str, dict[str, Any]] = {
    name: {"task": task, "schedule": pause, "options": {"expire_seconds": int(pause)}}
    for name, (task, pause) in JOBS.items()
}
