"""The site and its worker, with an address and a job that fail and quote what they choked on."""

import logging

from celery import shared_task
from django.conf import settings
from django.db import connection

from expertim import bootstrap  # names the settings

settings.ROOT_URLCONF = "tests.monitoring.failing_urls"

from expertim.celery import app  # noqa: E402 - it reads the setting as it begins
from expertim.wsgi import application  # noqa: E402

__all__ = ["app", "application", "bootstrap"]

ADDRESS = "jana.novakova@example.com"
WORDS = "zebrafisch"


@shared_task(name="tests.fail")
def fail() -> None:
    """Fail as the database would, with somebody's words, after a line with somebody's address."""
    logging.getLogger(__name__).error("It was %s that failed.", ADDRESS)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE quoting (words text CHECK (words = ''))")
        cursor.execute("INSERT INTO quoting VALUES (%s)", [WORDS])
