"""Lines of the log: what happened, without anybody's name, address or words.

Our own messages name things by their numbers. Errors of others quote what they choked on: a mail server the
address it refused, the database the row it refused. Both are left out.
"""

import logging
import re

ADDRESS = re.compile(r"[^\s<>\"'(){}\[\],;:=]+@[\w.-]+\w")
# Postgres writes whole rows here, with line breaks as they were typed.
DETAIL = re.compile(r"^DETAIL:.*?(?=^(?:HINT|CONTEXT|Traceback|The above|During handling)\b|\Z)", re.S | re.M)


class Discreet(logging.Formatter):
    """Writes a record without e-mail addresses and without the rows that the database quotes."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback where there is one."""
        return ADDRESS.sub("(address)", DETAIL.sub("DETAIL: (left out)\n", super().format(record)))
