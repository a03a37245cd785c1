"""manage.py demo_pages: which pages there are, for the program that takes pictures of them."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from demo.pages import pages, prepare
from demo.people import PASSWORD, address


class Command(BaseCommand):
    """Names every page of the demo as JSON, after adding what some of them need."""

    help = "Print every page of the demo as JSON. Adds a meeting: for a demo that is thrown away."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Prepare the demo and print the list."""
        now = timezone.now()
        prepare(now)
        found = [asdict(page) for page in pages(now)]
        people = {who: address(who) for who in {page["who"] for page in found} if who}
        self.stdout.write(json.dumps({"pages": found, "people": people, "password": PASSWORD}))
