"""A mail server, and Redis and programs of one test's own, beside the test's database."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from runner import redis, throw_away
from tests import mailserver
from tests.crashes.programs import Programs
from tests.mailserver import MailServer


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A mail server; this process and the programs send there."""
    with mailserver.running() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = mailserver.HOST, server.port
        yield server


@pytest.fixture
def programs(transactional_db: None, mail_server: MailServer) -> Iterator[Programs]:
    """Workers and beats on the test's database, with a Redis of their own that may be emptied and killed."""
    with throw_away.folder() as folder, contextlib.ExitStack() as stack:
        program = redis.system_program()
        programs = Programs(folder, redis.start(folder, durable=False, program=program), mail_server.url)
        stack.callback(programs.end)
        yield programs
