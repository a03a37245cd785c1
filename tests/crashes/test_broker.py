"""Redis emptied, gone or frozen, and a clock too many: only the database holds what is due."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from meetings.models import Meeting
from meetings.vocabulary import Status
from notifications.models import MailState, Notification
from runner.addresses import free_port
from runner.places import ROOT
from runner.processes import Process
from tests import mailserver
from tests.crashes import promises
from tests.crashes.due import is_settled, meetings_due
from tests.crashes.programs import Programs, await_that
from tests.mailserver import MailServer
from tests.meetings.scenarios import suggest

DUE = 100
QUICKLY = 2.0  # seconds (reliability: K12)
PATIENTLY = 180.0  # seconds, on a machine that is busy with other things


def test_an_emptied_broker_loses_nothing(programs: Programs, mail_server: MailServer) -> None:
    """Redis forgets all, again and again: before, between and after sweep and mails."""
    worker, _beat = programs.start_worker(), programs.start_beat()
    meetings = meetings_due(DUE, timezone.now())
    for job in ("meetings.jobs.send_reminders", "notifications.jobs.deliver_mails"):
        programs.ask_for(job)
    programs.empty_broker()
    programs.await_ready(worker)
    for _time in range(4):
        programs.empty_broker()
        time.sleep(random.uniform(0, 0.5))  # noqa: S311 - chance is wanted
    more = meetings_due(DUE, timezone.now())
    programs.empty_broker()
    await_that(is_settled, "all is told")
    promises.assert_reminded_once(meetings + more)
    promises.assert_every_mail_sent()
    assert promises.assert_mailed(mail_server) == 0


def test_two_clocks_and_two_workers_double_nothing(programs: Programs, mail_server: MailServer) -> None:
    for _number in range(2):
        programs.start_worker()
        programs.start_beat()
    meetings = meetings_due(DUE, timezone.now())
    await_that(is_settled, "all is told")
    more = meetings_due(DUE, timezone.now())
    await_that(is_settled, "all is told")
    promises.assert_reminded_once(meetings + more)
    promises.assert_every_mail_sent()
    assert promises.assert_mailed(mail_server) == 0


def test_workers_outlive_redis_and_the_mail_server(programs: Programs, mail_server: MailServer) -> None:
    """Both are gone for a while and come back, Redis with nothing in it: all goes on by itself."""
    mail_server.down()
    worker, beat = programs.start_worker(), programs.start_beat()
    programs.await_ready(worker)
    meetings = meetings_due(DUE, timezone.now())
    programs.kill_redis()
    time.sleep(1)
    programs.restart_redis()
    mail_server.up()
    await_that(is_settled, "all is told", seconds=PATIENTLY, else_say=lambda: what_they_say(worker, beat))
    promises.assert_reminded_once(meetings)
    promises.assert_every_mail_sent()
    assert promises.assert_mailed(mail_server) == 0
    assert not Notification.objects.filter(mail_state=MailState.FAILED).exists()


def what_they_say(*programs: Process) -> str:
    """Return the ends of their logs."""
    return "".join(f"\n{program.name}:\n{program.log.read_text()[-3000:]}" for program in programs)


def gone(programs: Programs) -> str:
    """Its socket is not there any more."""
    programs.kill_redis()
    return programs.redis_url


def refusing(_programs: Programs) -> str:
    """Nobody listens on its port."""
    return f"redis://{mailserver.HOST}:{free_port()}/0"


def frozen(programs: Programs) -> str:
    """It takes connections and says nothing."""
    os.kill(programs.redis_process.popen.pid, signal.SIGSTOP)
    return programs.redis_url


@pytest.mark.parametrize("trouble", [gone, refusing, frozen], ids=lambda trouble: trouble.__name__)
def test_people_act_without_redis(programs: Programs, trouble: Callable[[Programs], str]) -> None:
    meeting = suggest(now=timezone.now(), price=0)
    environment = programs.environment | {"REDIS_URL": trouble(programs)}
    answer = confirm_in_another_process(meeting, environment)
    assert answer["status"] == 302
    assert answer["seconds"] < QUICKLY
    assert Meeting.objects.get(pk=meeting.pk).status == Status.AGREED
    waiting = Notification.objects.filter(reference=meeting.reference, kind="confirmed_by_expert")
    assert [row.mail_state for row in waiting] == [MailState.WAITING]


def confirm_in_another_process(meeting: Meeting, environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.crashes.acting", str(meeting.pk), str(meeting.expert_id)]
    try:
        told = subprocess.run(  # noqa: S603 - our own program
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True
        )
    except subprocess.TimeoutExpired:
        return {"status": "no answer within two minutes", "seconds": 120}
    answer: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return answer
