"""A worker that loses Redis with messages in hand stays, and goes on working once Redis is back."""

import pytest
from django.utils import timezone
from redis import Redis

from runner import processes
from tests.crashes import slow
from tests.crashes.programs import CONCURRENCY, Programs, await_that

LOST = "onnection to broker lost"


@pytest.mark.parametrize("full_hands", ["", "1"], ids=["as it is", "more messages than children"])
def test_a_worker_outlives_redis_with_work_in_hand(programs: Programs, full_hands: str) -> None:
    jobs = programs.folder / "jobs"
    jobs.touch()
    programs.more = {"SLOW_JOBS": str(jobs), "FULL_HANDS": full_hands}
    worker = programs.start_worker(app="tests.crashes.slow:app")
    programs.await_ready(worker)

    def begun() -> list[str]:
        return jobs.read_text().split()

    for _message in range(CONCURRENCY + 1):
        programs.ask_for(slow.TASK)
    await_that(lambda: len(begun()) == CONCURRENCY, "each child has a job")
    if full_hands:
        await_that(lambda: waiting(programs) == 0, "the worker has one more in hand")
    assert waiting(programs) == (0 if full_hands else 1)
    killed_at = timezone.now()
    programs.kill_redis()
    await_that(lambda: LOST in worker.log.read_text() or worker.has_ended(), "the worker notices")
    programs.restart_redis()
    assert not worker.has_ended(), processes.end_of(worker.log)

    before = len(begun())
    programs.ask_for(slow.TASK)
    await_that(lambda: len(begun()) > before, "it works again", else_say=lambda: processes.end_of(worker.log))
    print(f"at work {(timezone.now() - killed_at).total_seconds():.1f} s after Redis was killed")
    assert set(begun()) == {str(worker.popen.pid)}


def waiting(programs: Programs) -> int:
    """Count the messages that no worker has taken."""
    with Redis.from_url(programs.redis_url) as client:
        number: int = client.llen("celery")
        return number
