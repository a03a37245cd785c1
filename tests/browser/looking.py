"""What can be said of a page's looks by a machine: each returns what is wrong, in words."""

import re
from collections import Counter
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page
from tinyhtml5.parser import HTMLParser

# Not on by default: buttons and links of at least 24 by 24 pixels, or with room around them.
TARGETS = "target-size"
CONTRAST = "color-contrast"
# The slowest rule by far: what is new of a page is asked for it (see MARK_NEW), not each page as a whole.
ALL_BUT_CONTRAST = {"rules": {TARGETS: {"enabled": True}, CONTRAST: {"enabled": False}}}
# The rules that may find something else by night: nothing but colours differs (static/expertim.css).
DIFFER_BY_NIGHT = (CONTRAST, "link-in-text-block")
# The rules that may find something else on a narrow screen.
DIFFER_WHEN_NARROW = (CONTRAST, TARGETS)
# What our additions to Django's admin could spoil; its tables of fields have no labels by themselves.
OURS_IN_THE_ADMIN = ("button-name", "link-name", "list", "definition-list")
ASK_AXE = """async ([where, options]) => document.querySelector(where)
  ? (await axe.run([...document.querySelectorAll(where)], options)).violations : []"""
MOST_SHIFT = 0.01
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  const add = (list) => list.getEntries().forEach((entry) => { sum += entry.value; });
  new PerformanceObserver(add).observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 0)));
})"""
# What sticks out to the right of the window, first of all that it is in.
TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  return document.documentElement.scrollWidth > room ? document.documentElement.scrollWidth - room : 0;
}"""

# The elements of which no page before had the like, by their classes and those of the two around them. Two
# alike are coloured alike: one of them is looked at. Those that are new are marked; all names are given back.
NEW = "[data-new]"
MARK_NEW = """([known, mark]) => {
  const seen = new Set(known);
  const name = (element) => element ? `${element.localName}.${element.getAttribute("class") ?? ""}` : "";
  for (const element of document.body.querySelectorAll("*")) {
    const around = element.parentElement;
    const key = `${name(around.parentElement)} ${name(around)} ${name(element)}`;
    if (!seen.has(key)) { seen.add(key); element.setAttribute(mark, ""); }
  }
  return [...seen];
}"""


def mark_new(page: Page, known: set[str]) -> None:
    """Mark what no page before had the like of, and add it to what is known."""
    known.update(page.evaluate(MARK_NEW, [sorted(known), NEW.strip("[]")]))


def unreadable(page: Page, *rules: str, where: str = "html") -> list[str]:
    """Return what axe finds by these rules, or by all but contrast; each rule with the first places."""
    options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else ALL_BUT_CONTRAST
    return [f"{rule['id']}: {_places(rule)}" for rule in _violations(page, where, options)]


def _violations(page: Page, where: str, options: dict[str, Any]) -> list[dict[str, Any]]:
    """Ask axe, loaded once a page, for what is wrong alone: a report of all that is right takes longer."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    asked = [where, options | {"resultTypes": ["violations"]}]
    found: list[dict[str, Any]] = page.evaluate(ASK_AXE, asked)
    return found


def _places(rule: dict[str, Any]) -> str:
    return "; ".join(str(node["target"][0]) for node in rule["nodes"][:3])


def badly_written(html: str) -> list[str]:
    """Return where HTML breaks the rules of its grammar, and ids that are there twice."""
    parser = HTMLParser(namespace_html_elements=False)
    tree = parser.parse(html)
    lines = html.splitlines()
    wrong = [
        f"{lines[line - 1].strip()[:100]}: {name} {what}" for (line, _column), name, what in parser.errors
    ]
    return wrong + [f"id {name} is there {n} times" for name, n in _ids(tree).items() if n > 1]


def _ids(tree: Element) -> Counter[str]:
    return Counter(element.attrib["id"] for element in tree.iter() if "id" in element.attrib)


def badly_ordered(html: str) -> list[str]:
    """Return where a heading is missing above another, and anything but one title and one first heading."""
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", html)]
    wrong = [f"h{a} is followed by h{b}" for a, b in pairwise(levels) if b > a + 1]
    if levels.count(1) != 1:
        wrong.append(f"there are {levels.count(1)} h1")
    return wrong


def restless(page: Page) -> list[str]:
    """Return how far things move while the page loads."""
    moved = page.evaluate(SHIFTS)
    return [f"things move by {moved:.4f}"] if moved >= MOST_SHIFT else []


def too_wide(page: Page) -> list[str]:
    """Return by how much the page has to be scrolled sideways."""
    pixels = page.evaluate(TOO_WIDE)
    return [f"{pixels} px too wide"] if pixels else []
