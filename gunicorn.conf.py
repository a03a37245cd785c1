"""What gunicorn does beside serving, wherever it is started in this folder (docs/monitoring.md).

Its own lines are written as the site writes its lines, and its workers count requests together.
"""

import atexit
import os
import shutil
import tempfile
from typing import Any

from gunicorn import glogging

from expertim.log_lines import FORMATTERS


class logger_class(glogging.Logger):  # noqa: N801 - gunicorn looks for this name
    """Writes as LOG_FORMAT says, without what nobody is to read."""

    def setup(self, cfg: Any) -> None:
        """Give all handlers our way of writing."""
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(FORMATTERS.get(os.environ.get("LOG_FORMAT", "line"), FORMATTERS["line"])())


def _count_together() -> None:
    """Have a folder in which all workers of this server write their counts, until it ends."""
    folder, owner = tempfile.mkdtemp(prefix="expertim-metrics-"), os.getpid()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    # Workers inherit this, and end earlier.
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)


if os.environ.get("METRICS_TOKEN"):
    _count_together()
