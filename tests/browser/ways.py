"""Ways to use a page: with a mouse, with a finger, with nothing but the keyboard."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Locator, Page, expect

from tests.browser.looking import too_wide
from tests.foreign_words import known_words, own_words, texts_of, unknown

MOST_TABS, LOOKS = 200, 100
# What tells people where they are, and whether they can see it.
FOCUS = """() => {
  const at = document.activeElement;
  // Between the last and the first.
  if (at === document.body) return {isVisible: true, isUncovered: true, isOutOfTurn: false};
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  // The middle of what is inside the window.
  const middle = (from, to, room) => (Math.max(from, 0) + Math.min(to, room)) / 2;
  const seen = document.elementFromPoint(
    middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight));
  const isOutlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  // The button within a date, which opens a calendar, has the browser's own ring, unseen from here.
  const isInside = at.matches("input[type=date], input[type=time]") && !at.matches(":focus-visible");
  return {
    what: `${at.tagName} ${at.getAttribute("name") || at.textContent.trim().slice(0, 40)}`,
    isVisible: isInside || (at.matches(":focus-visible") && (isOutlined || style.boxShadow !== "none")),
    isUncovered: at === seen || at.contains(seen) || Boolean(seen?.contains(at)),
    isOutOfTurn: at.tabIndex > 0,
    whatIsThere: `${seen?.tagName} ${seen?.className}`,
  };
}"""
ROOM = "**/join/*/room/"


class Mouse:
    """Points and clicks."""

    def press(self, target: Locator) -> None:
        target.click()

    def fill(self, field: Locator, text: str) -> None:
        field.fill(text)

    def choose(self, field: Locator, label: str) -> None:
        field.select_option(label=label)

    def check(self, field: Locator) -> None:
        field.check()


class Finger(Mouse):
    """Taps."""

    def press(self, target: Locator) -> None:
        target.tap()

    def fill(self, field: Locator, text: str) -> None:
        field.tap()
        field.fill(text)

    def check(self, field: Locator) -> None:
        field.tap()
        expect(field).to_be_checked()


class Keyboard:
    """Goes from one to the next with Tab, presses Enter and Space, and types."""

    def press(self, target: Locator) -> None:
        self._go_to(target)
        target.page.keyboard.press("Enter")

    def fill(self, field: Locator, text: str) -> None:
        self._go_to(field)
        keyboard = field.page.keyboard
        for keys in _strokes(field, text):
            keyboard.type(keys)
            if field.input_value() == text:
                return
            self._go_back_into(field)
        raise AssertionError(f"{text!r} cannot be typed.")

    def choose(self, field: Locator, label: str) -> None:
        self._go_to(field)
        field.page.keyboard.type(label)
        expect(field.locator("option:checked")).to_have_text(label)

    def check(self, field: Locator) -> None:
        group = field.page.locator(f'input[name="{field.get_attribute("name")}"]')
        self._go_to(group)
        keyboard = field.page.keyboard
        keyboard.press("Space")
        for _other in range(group.count()):
            if field.is_checked():
                return
            keyboard.press("ArrowDown")
        assert field.is_checked()

    def _go_to(self, target: Locator) -> None:
        page = target.page
        target.first.wait_for()
        if _is_at(page.locator("body")) and target.first.locator("xpath=ancestor::main").count():
            self._skip_to_the_content(page)
        for _tab in range(MOST_TABS):
            if _is_at(target):
                return
            page.keyboard.press("Tab")
            look_at_focus(page)
        raise AssertionError(f"{target} is not reached with Tab.")

    def _skip_to_the_content(self, page: Page) -> None:
        page.keyboard.press("Tab")
        look_at_focus(page)
        assert _is_at(page.get_by_role("link", name="Skip to the content"))
        page.keyboard.press("Enter")
        assert _is_at(page.get_by_role("main"))

    def _go_back_into(self, field: Locator) -> None:
        """Go to the beginning of a date or a time: its parts are stops of their own."""
        for _part in range(4):
            field.page.keyboard.press("Shift+Tab")
        self._go_to(field)


Way = Mouse | Keyboard


def look_at_focus(page: Page) -> None:
    """Fail unless people can see where they are, once the page has scrolled there."""
    wanted = {"isVisible": True, "isUncovered": True, "isOutOfTurn": False}
    for _look in range(LOOKS):
        focus = page.evaluate(FOCUS)
        if {name: focus[name] for name in wanted} == wanted:
            return
        page.wait_for_timeout(50)
    raise AssertionError(focus)


def _is_at(target: Locator) -> bool:
    at: bool = target.evaluate_all("(all) => all.includes(document.activeElement)")
    return at


def _strokes(field: Locator, text: str) -> Iterator[str]:
    """Return what to type: dates and times in the orders that browsers ask for, by their language."""
    kind = field.get_attribute("type")
    if kind == "date":
        year, month, day = text.split("-")
        yield from (month + day + year, day + month + year, year + month + day)
    elif kind == "time":
        hour, minute = map(int, text.split(":"))
        yield from (
            f"{(hour - 1) % 12 + 1:02}{minute:02}{'AM' if hour < 12 else 'PM'}",
            f"{hour:02}{minute:02}",
        )
    else:
        yield text


@dataclass(frozen=True)
class Person:
    """Somebody at their browser, who finds things by their names in the language of the pages."""

    page: Page
    way: Way
    scripts: bool = True
    is_narrow: bool = False
    language: str = "en"

    def words(self, text: str) -> str:
        """Return how a text of the site reads in this person's language."""
        with translation.override(self.language):
            return gettext(text)

    def go(self, address: str) -> None:
        """Open an address, as from a mail."""
        self.page.goto(address)
        self._look()

    def press(self, role: Any, name: str, *, within: Locator | None = None, exact: bool = False) -> None:
        """Press a link or a button, and wait for the page behind it."""
        target = (within or self.page).get_by_role(role, name=self.words(name), exact=exact).first
        with self.page.expect_navigation():
            self.way.press(target)
        self._look()

    def fill(self, label: str, text: str) -> None:
        self.way.fill(self.main.get_by_label(self.words(label)), text)

    def choose(self, label: str, option: str) -> None:
        self.way.choose(self.main.get_by_label(self.words(label), exact=True), option)

    def check(self, label: str) -> None:
        self.way.check(self.main.get_by_label(self.words(label), exact=True))

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    @property
    def status(self) -> str:
        return self.page.locator(".page-head .badge").inner_text()

    def _look(self) -> None:
        if self.is_narrow:
            assert too_wide(self.page) == [], self.page.url
        if self.language != "en":
            shown = texts_of(self.page.content(), self.language)
            assert unknown(shown, known_words(self.language), own_words()) == set(), self.page.url
