"""A running stack, a mail server that it reaches, and browsers that find its name."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from runner.browser import find_or_install
from tests import mailserver
from tests.browser.conftest import FLAGS, OpenPage
from tests.containers.stack import DOMAIN, SITE, Stack, brought_up, own_address
from tests.mailserver import MailServer


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with mailserver.running(own_address()) as server:
        yield server


@pytest.fixture
def stack(mail_server: MailServer, tmp_path: Path) -> Iterator[Stack]:
    with brought_up(tmp_path / "site", email_url=mail_server.url) as stack:
        yield stack


@pytest.fixture
def open_page(stack: Stack) -> Iterator[OpenPage]:
    """Return a way to open a browser of one's own, for which the site's name leads to the stack."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    rule = f"--host-resolver-rules=MAP {DOMAIN}:443 127.0.0.1:{stack.https_port}"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_or_install(), args=[*FLAGS, rule])

        def new_page(**options: object) -> Page:
            # The proxy's certificate for a local name is of its own making.
            context = chromium.new_context(base_url=SITE, ignore_https_errors=True, **options)
            context.set_default_timeout(30_000)
            return context.new_page()

        yield new_page
        chromium.close()
