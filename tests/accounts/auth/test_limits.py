"""Limits on guessing hold over all web processes, and say so in words where nobody can count."""

import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.cache import cache
from django.db import connection
from django.test import Client

from runner import page, processes
from runner.addresses import free_port
from tests import environment
from tests.factories import PASSWORD, PersonFactory

HOST = "127.0.0.1"
NAME = "sites with limits"


@pytest.fixture
def sites(transactional_db: None, tmp_path: Path) -> Iterator[list[str]]:
    """The addresses of two web processes beside each other, on the test's database and its Redis."""
    cache.clear()
    running = []
    for number in range(2):
        with socket.socket() as found:
            found.bind((HOST, 0))
            port = found.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "expertim.wsgi", "--bind", f"{HOST}:{port}"]
        folder = tmp_path / str(number)
        folder.mkdir()
        site = processes.start(
            "site",
            [*command, "--no-control-socket"],
            folder=folder,
            marker="expertim.wsgi",
            environment=environment.of_the_site(PGAPPNAME=NAME),
        )
        running.append((site, port))
    for site, port in running:
        processes.await_ready(site, lambda port=port: page.status(port) is not None, seconds=60)  # type: ignore[misc]
    yield [f"http://{HOST}:{port}" for _site, port in running]
    for site, _port in running:
        os.killpg(site.popen.pid, signal.SIGKILL)
        site.popen.wait()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = %s",
            [NAME],
        )
    cache.clear()


def post(site: str, path: str, form: dict[str, str]) -> requests.Response:
    """Fill in a form as a new visitor."""
    with requests.Session() as browser:
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.get(site + path, timeout=20).text)
        assert token is not None
        typed = {**form, "csrfmiddlewaretoken": token.group(1)}
        return browser.post(site + path, data=typed, timeout=20, allow_redirects=False)


def test_ten_guesses_a_minute_over_both_processes_together(sites: list[str]) -> None:
    person = PersonFactory.create()
    guess = {"login": person.email, "password": "a wrong pass phrase"}
    pages = [post(sites[number % 2], "/account/login/", guess).text for number in range(12)]
    refused = ["too many wrong attempts" in html for html in pages]
    assert refused == [False] * 10 + [True] * 2
    right = {"login": person.email, "password": PASSWORD}
    assert "too many wrong attempts" in post(sites[0], "/account/login/", right).text


def test_five_links_an_hour_over_both_processes_together(sites: list[str]) -> None:
    form = {"email": "somebody@example.com"}
    told = [post(sites[number % 2], "/account/password/reset/", form).status_code for number in range(7)]
    assert told == [302] * 5 + [429] * 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/account/login/", {"login": "a@example.com", "password": PASSWORD}),
        ("/account/signup/", {"email": "a@example.com"}),
        ("/account/password/reset/", {"email": "a@example.com"}),
    ],
)
def test_where_nobody_can_count_a_sentence_says_so_and_everything_else_works(
    path: str, form: dict[str, str], settings: Any
) -> None:
    nowhere = {**settings.CACHES["default"], "LOCATION": f"redis://{HOST}:{free_port()}/0"}
    settings.CACHES = {"default": nowhere}
    client = Client()
    assert client.get(path).status_code == 200
    answer = client.post(path, form)
    assert answer.status_code == 503
    assert "Not possible at the moment" in answer.text
    client.force_login(PersonFactory.create())
    assert client.get("/meetings/").status_code == 200
