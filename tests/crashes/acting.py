"""A web process of its own, in which a person confirms a meeting.

python -m tests.crashes.acting MEETING PERSON prints the status of the answer and how many seconds it took.
"""

import json
import re
import sys
import time
from pathlib import Path

import django

import expertim  # noqa: F401 - it names the settings


def confirm(meeting: int, person: int) -> dict[str, float]:
    """Open the page, send its form, and tell how that went."""
    from django.test import Client  # noqa: PLC0415 - Django must be set up first

    from accounts.models import User  # noqa: PLC0415

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(pk=person))
    address = f"/meetings/{meeting}/confirm/"
    page = client.get(address).content.decode()
    fields = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("revision", "key")}
    typed = {name: found[1] for name, found in fields.items() if found}
    start = time.monotonic() - seconds_in_queues()
    status = client.post(address, typed).status_code
    return {"status": status, "seconds": time.monotonic() - seconds_in_queues() - start}


def seconds_in_queues() -> float:
    """How long this process has waited for a processor: how busy the machine is, not how quick we are."""
    try:
        return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0


if __name__ == "__main__":
    django.setup()
    print(json.dumps(confirm(int(sys.argv[1]), int(sys.argv[2]))))
