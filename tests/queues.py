"""What waits in the queues of the jobs, and workers who take it."""

import json

from celery import current_app

from expertim.schedule import QUEUES


def jobs_in(queue: str) -> list[str]:
    """Return the jobs that wait in a queue, the next one first."""
    with current_app.connection_for_read() as broker:
        messages = broker.default_channel.client.lrange(queue, 0, -1)
    return [json.loads(message)["headers"]["task"] for message in reversed(messages)]


def all_jobs() -> dict[str, list[str]]:
    """Return what waits in each queue."""
    return {queue: jobs_in(queue) for queue in QUEUES}


def take(queue: str) -> None:
    """Take the next job, as a worker does that begins it."""
    with current_app.connection_for_read() as broker:
        broker.default_channel.client.rpop(queue)


def forget() -> None:
    """Empty all queues."""
    with current_app.connection_for_read() as broker:
        broker.default_channel.client.delete(*QUEUES)
