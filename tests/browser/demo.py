"""The demo, seeded into the test's database and looked at in the browser."""

import time
from dataclasses import asdict
from datetime import datetime

from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Route

from accounts.models import User
from demo import pages, seed
from demo.people import address
from runner.visiting import OUR_SCRIPT, People, Sight

SLOW_LINE = 0.15  # seconds


def seeded(now: datetime) -> list[Sight]:
    """Fill the database and return every page."""
    seed.seed(now)
    pages.prepare(now)
    return [Sight(**asdict(page)) for page in pages.pages(now)]


def people_at(site: str, chromium: Browser) -> People:
    """Have browsers of people, signed in without a form."""

    def sign_in(context: BrowserContext, who: str) -> None:
        client = Client()
        client.force_login(User.objects.get(email=address(who)))
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        context.route(OUR_SCRIPT, _late)  # what it changes must not be seen to move

    return People(chromium, site, sign_in)


def _late(route: Route) -> None:
    time.sleep(SLOW_LINE)
    route.continue_()
