"""Lines of the log: what happened, without anybody's name, address or words.

Our own messages name things by their numbers. Errors of others quote what they choked on: a mail server the
address it refused, the database the row it refused. Both are left out, and so is what opens something to
whoever knows it: the secret part of the path of a personal link, a calendar, a link in a mail.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from expertim import trail

# Strangers write into lines (paths, headers): it begins where a word does and never goes back, so that a line
# made on purpose takes no longer than any other.
ADDRESS = re.compile(r"(?<![^\s<>\"'(){}\[\],;:=@])[^\s<>\"'(){}\[\],;:=@]++(?:@[\w.-]*\w)++")
# Postgres writes whole rows here, with line breaks as they were typed.
DETAIL = re.compile(r"^DETAIL:.*?(?=^(?:HINT|CONTEXT|Traceback|The above|During handling)\b|\Z)", re.S | re.M)
# The beginnings of paths that go on with a secret.
SECRET = re.compile(r"(/(?:join|calendar|confirm-email|reset/key)/)[^/\s\"'?]{12,}")


def discreet(text: str) -> str:
    """Return the text without e-mail addresses, rows that the database quotes, and secret paths."""
    return SECRET.sub(r"\1(secret)", ADDRESS.sub("(address)", DETAIL.sub("DETAIL: (left out)\n", text)))


def discreet_data(data: Any) -> Any:
    """Return the same lists and mappings with all their texts made discreet, keys included."""
    if isinstance(data, str):
        return discreet(data)
    if isinstance(data, Mapping):
        return {discreet_data(key): discreet_data(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [discreet_data(value) for value in data]
    return data


class Discreet(logging.Formatter):
    """Writes a record as a line; behind the message stands what was being worked on."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback where there is one."""
        return discreet(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line with the ids of the request and of the job."""
        ids = " ".join(f"{name}={value}" for name, value in trail.current().items() if name != "task")
        return super().formatMessage(record) + (f" [{ids}]" if ids else "")


class DiscreetJson(logging.Formatter):
    """Writes a record as one JSON object on one line; `extra={"data": {...}}` of a call is part of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **trail.current(),
            **getattr(record, "data", {}),
            **self._trace(record),
        }
        return json.dumps(discreet_data(line), default=lambda value: discreet(str(value)))

    def _trace(self, record: logging.LogRecord) -> dict[str, str]:
        exception = self.formatException(record.exc_info) if record.exc_info else ""
        stack = self.formatStack(record.stack_info) if record.stack_info else ""
        return {name: text for name, text in (("exception", exception), ("stack", stack)) if text}


# By the value of LOG_FORMAT.
FORMATTERS: Mapping[str, Callable[[], logging.Formatter]] = {
    "line": partial(Discreet, "{asctime} {levelname} {name}: {message}", style="{"),
    "json": DiscreetJson,
}
