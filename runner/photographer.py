"""Takes pictures of every page, on data of its own: python -m runner.photographer FOLDER [--readme]."""

import base64
import contextlib
import json
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from runner import page as first_page
from runner import pictures, processes, servers, stopping, throw_away, variables, visiting
from runner.addresses import free_port
from runner.places import PYTHON, ROOT
from runner.progress import Problem, say
from runner.visiting import People, Sight

THEMES = ("light", "dark")
WIDTHS = {1280: 800, 360: 740}
TALLEST = 8000  # a longer page is cut: nobody looks at the rest
DOCS = ROOT / "docs" / "pictures"
# For the README: page, theme, width, and how high.
MAIN_PAGES = (
    ("home", "light", 1280, 800),
    ("meetings-dashboard-user", "light", 1280, 800),
    ("meetings-dashboard-user", "dark", 360, 740),
    ("meeting-agreed-alternative-by-expert-user", "light", 1280, 800),
    ("expert-user", "light", 1280, 800),
    ("credits-account-user", "dark", 1280, 800),
)
MOST_BYTES = 150_000


def main(arguments: list[str]) -> int:
    """Take the pictures and say where they are."""
    stopping.listen()
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _site() as (address, told), visiting.chromium() as browser:
            sign_in = visiting.sign_in_by_form(told["people"], told["password"])
            sights = [Sight(**row) for row in told["pages"]]
            people = People(browser, address, sign_in)
            if pictures.README in arguments:
                _for_readme(people, sights)
            else:
                _of_all(people, sights, folder)
            people.close()
    except stopping.Stopped:
        say("Stopped.")
        return 130
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        return 1
    return 0


@contextlib.contextmanager
def _site() -> Iterator[tuple[str, dict[str, Any]]]:
    """Have the site with the demo; return its address and the list of its pages."""
    for name in servers.VARIABLES:
        os.environ.pop(name, None)  # the demo goes into no database but its own
    with throw_away.folder() as folder, throw_away.running() as both:
        port = free_port()
        environment = variables.for_demo(both.variables, port=port)
        environment |= {"SECRET_KEY": secrets.token_urlsafe(50), "VIDEO_PLATFORM": "practice"}
        say("Filling a database with the demo (about 15 s).")
        _manage("prepare", "--demo", folder=folder, environment=environment)
        told = json.loads(_manage("demo_pages", folder=folder, environment=environment).splitlines()[-1])
        with _web(folder, environment, port):
            yield f"http://{first_page.HOST}:{port}", told


def _manage(*command: str, folder: Path, environment: dict[str, str]) -> str:
    """Run a command of Django and return what it printed."""
    log = folder / f"{command[0]}.log"
    line: processes.Command = (PYTHON, "manage.py", *command)
    processes.run(f"manage.py {command[0]}", line, log=log, environment=environment)
    return log.read_text()


@contextlib.contextmanager
def _web(folder: Path, environment: dict[str, str], port: int) -> Iterator[None]:
    program = ["gunicorn", "runner.error_site", "--threads", "4", "--no-control-socket"]
    command = [str(PYTHON), "-m", *program, "--bind", f"{first_page.HOST}:{port}"]
    web = processes.start("web", command, folder=folder, marker="runner.error_site", environment=environment)
    try:
        processes.await_ready(web, lambda: first_page.status(port) == 200, seconds=90)
        yield
    finally:
        processes.stop([web])


def _of_all(people: People, sights: list[Sight], folder: Path) -> None:
    say(f"Taking pictures of {len(sights)} pages, {len(THEMES) * len(WIDTHS)} of each.")
    for number, sight in enumerate(sights, start=1):
        stopping.check()
        window = people.page_of(sight.who)
        answer = visiting.show(window, sight)
        if answer.status != sight.status:
            raise Problem(f"{sight.name} ({sight.path}) answers with {answer.status}.")
        for theme in THEMES:
            for width, height in WIDTHS.items():
                _take(window, folder / f"{sight.name}-{theme}-{width}.png", theme, width, height)
        if number % 10 == 0:
            say(f"{number} of {len(sights)} pages.")
    say(f"{len(sights) * len(THEMES) * len(WIDTHS)} pictures are in {folder}.")


def _take(window: Page, file: Path, theme: Any, width: int, height: int) -> None:
    """Take a picture of the whole page, in a window so high that its lower edge is the page's."""
    window.emulate_media(color_scheme=theme, reduced_motion="reduce")
    window.set_viewport_size({"width": width, "height": height})
    whole: int = window.evaluate("document.documentElement.scrollHeight")
    window.set_viewport_size({"width": width, "height": min(max(whole, height), TALLEST)})
    window.screenshot(path=file, animations="disabled")


def _for_readme(people: People, sights: list[Sight]) -> None:
    DOCS.mkdir(parents=True, exist_ok=True)
    by_name = {sight.name: sight for sight in sights}
    for name, theme, width, height in MAIN_PAGES:
        window = people.page_of(by_name[name].who)
        visiting.show(window, by_name[name])
        window.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        window.set_viewport_size({"width": width, "height": height})
        file = DOCS / f"{name}-{theme}-{width}.webp"
        file.write_bytes(_compressed(window))
        say(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1000} kB")
        if file.stat().st_size > MOST_BYTES:
            raise Problem(f"{file.name} is larger than {MOST_BYTES // 1000} kB.")


def _compressed(window: Page) -> bytes:
    """Return what the window shows in a format that Playwright does not offer, and Chromium does."""
    session = window.context.new_cdp_session(window)
    answer = session.send("Page.captureScreenshot", {"format": "webp", "quality": 80})
    session.detach()
    return base64.b64decode(answer["data"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
