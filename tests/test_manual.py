"""The manual for operators names what stands on the screen."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

ROOT = Path(__file__).parents[1]
MANUAL = ROOT / "docs" / "operators"
OURS = ("accounts", "notifications", "credits", "meetings", "expertim")
TRANSLATED = re.compile(
    r"{% translate \"(.*?)\"|{% blocktranslate[^%]*%}(.*?){% endblocktranslate", re.DOTALL
)
NAMED = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
# The headings that every page has.
HEADINGS = ("When.", "What people are told.", "What cannot be undone.", "When a difference is found")
PAGES = sorted(MANUAL.glob("*.md"))


def one_line(words: str) -> str:
    return " ".join(words.split()).casefold()


@pytest.fixture(scope="module")
def texts() -> set[str]:
    """Every English text that the code can show, and those of Django's admin."""
    return {one_line(words) for words in (*in_code(), *in_templates(), *in_django())}


def in_code() -> Iterator[str]:
    for app in OURS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def in_templates() -> Iterator[str]:
    for path in (ROOT / "templates").rglob("*.html"):
        for plain, block in TRANSLATED.findall(path.read_text()):
            yield plain or block


def in_django() -> Iterator[str]:
    path = Path(django.__file__).parent / "contrib/admin/locale/en/LC_MESSAGES/django.po"
    yield from re.findall(r'^msgid "(.*)"$', path.read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_bold_words_stand_on_the_screen(page: Path, texts: set[str]) -> None:
    named = [words for words in NAMED.findall(page.read_text()) if words not in HEADINGS]
    missing = [words for words in named if page.name != "roles.md" and one_line(words) not in texts]
    assert missing == []


def test_the_index_leads_to_every_page_and_no_link_leads_nowhere() -> None:
    linked = {page.name: re.findall(r"\]\(([\w-]+\.md)\)", page.read_text()) for page in PAGES}
    names = {page.name for page in PAGES}
    assert set(linked["README.md"]) == names - {"README.md"}
    assert {target for targets in linked.values() for target in targets} <= names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_page_says_when_and_who_is_told(page: Path) -> None:
    if page.name in ("README.md", "roles.md"):
        return
    text = page.read_text()
    assert "**When" in text
    assert "**What people are told.**" in text
