"""Set-ups that are fine to look at the product with and harmful on a public site: refused at the start.

Each app names its own and registers them as a system check; commands, web workers, Celery workers and
beat run these checks before they do anything else (`expertim/startup.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

if TYPE_CHECKING:
    from collections.abc import Iterable

# The tag of all checks that are quick and ask nothing outside: what programs run when they start.
AT_START = "start"
HINT = "Every setting is explained in .env.example."


@dataclass(frozen=True, slots=True)
class Toy:
    """What no public site may run with: when it is so, and why not, in words for whoever starts it."""

    id: str
    is_used: Callable[[], bool]
    words: str


def refuse(toys: "Iterable[Toy]") -> None:
    """Let nothing start with one of these, unless DEMO=1."""
    refused = tuple(toys)

    def check(**_what: Any) -> list[CheckMessage]:
        if settings.DEMO:
            return []
        return [Error(toy.words, HINT, id=toy.id) for toy in refused if toy.is_used()]

    register(check, AT_START)
