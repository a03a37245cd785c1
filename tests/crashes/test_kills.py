"""Workers killed at random moments: nothing is lost, nothing is doubled but a mail whose answer was lost.

CRASH_ROUNDS=50 for the long run; CRASH_SEED repeats one.
"""

import os
import random
import time
from collections import Counter

import pytest
from django.utils import timezone

from meetings.models import Meeting
from notifications.models import MailState, Notification
from runner import processes
from runner.processes import Process
from tests.crashes import promises
from tests.crashes.due import due_reminders, is_settled, meetings_due
from tests.crashes.programs import CONCURRENCY, Programs, await_that
from tests.mailserver import MailServer

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "3"))
SEED = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(10**6)))
DUE = 120
SWEEP_SECONDS, DELIVERY_SECONDS = 0.4, 2.5


@pytest.fixture
def chance() -> random.Random:
    print(f"CRASH_SEED={SEED}")
    return random.Random(SEED)  # noqa: S311 - to be repeated, not to be secret


def test_killed_workers_lose_nothing_and_tell_once(
    programs: Programs, mail_server: MailServer, chance: random.Random
) -> None:
    meetings: list[Meeting] = []
    struck: Counter[str] = Counter()
    for number in range(ROUNDS):
        worker = programs.start_worker()
        is_about_sweeps = number % 2 == 0
        if is_about_sweeps or Notification.objects.mail_due(timezone.now()).count() < DUE:
            meetings += meetings_due(DUE, timezone.now())
        programs.await_ready(worker)
        programs.ask_for("meetings.jobs.send_reminders")
        programs.ask_for("notifications.jobs.deliver_mails")
        time.sleep(chance.uniform(0, SWEEP_SECONDS if is_about_sweeps else DELIVERY_SECONDS))
        if chance.random() < 0.3:
            programs.kill_a_child(worker)
            struck[_what_was_struck()] += 1
            time.sleep(chance.uniform(0, SWEEP_SECONDS))
        programs.kill(worker)
        struck[_what_was_struck()] += 1
    programs.start_beat()
    last = programs.start_worker()
    await_that(is_settled, "all is told", seconds=60 + 40 * ROUNDS, else_say=lambda: _what_is_left(last))
    promises.assert_reminded_once(meetings)
    promises.assert_every_mail_sent()
    kills = sum(struck.values())
    repeated = promises.assert_mailed(mail_server, repeats=kills * CONCURRENCY)
    mails = Notification.objects.count()
    print(f"{kills} kills {dict(struck)}, {len(meetings)} meetings, {mails} mails, {repeated} repeated")


def _what_was_struck() -> str:
    """Say what was going on when the worker was killed, by what is left to do."""
    if due_reminders(timezone.now()):
        return "before the sweep's commit"
    waiting = Notification.objects.filter(mail_state=MailState.WAITING)
    return "between mails" if waiting.exists() else "when all was done"


def _what_is_left(worker: Process) -> str:
    """Say what still waits, and what the worker said last."""
    waiting = Notification.objects.filter(mail_state=MailState.WAITING).order_by()
    mails = Counter(waiting.values_list("mail_attempts", "mail_problem"))
    said = processes.end_of(worker.log, lines=30)
    return f"{due_reminders(timezone.now())} reminders, mails {dict(mails)}\n{said}"
