"""What the programs that stay do before they serve anybody: refuse a set-up that no public site may have."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, SystemCheckError

from accounts.toys import AT_START


def require_good_setup() -> None:
    """Print warnings about the set-up. Raises SystemCheckError where it has an error."""
    BaseCommand().check(tags=[AT_START])


def end_with_bad_setup(**_how: Any) -> None:
    """End a worker or beat whose set-up has an error; only SystemExit gets past Celery's signals."""
    try:
        require_good_setup()
    except SystemCheckError as error:
        sys.exit(str(error))
