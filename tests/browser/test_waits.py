"""What these tests ask of a page they ask of the page that they mean: no look right after a click.

Playwright lets a click go on before the next page is there. What is read then may be of the page before.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
LEAVES = {".click", ".tap"}
WAITS = {"expect", "follow", ".expect_navigation", ".expect_download", ".wait_for", ".wait_for_url"}
# What looks at once, and what goes elsewhere before the click has led anywhere.
LOOKS = {
    *(".all", ".all_inner_texts", ".content", ".count", ".evaluate", ".evaluate_all", ".inner_text", ".url"),
    *(".input_value", ".is_checked", ".is_enabled", ".is_disabled", ".is_visible", ".text_content", ".title"),
    *(".goto", ".reload", ".objects", ".refresh_from_db"),
}


def test_no_page_is_looked_at_right_after_a_click() -> None:
    assert [place for name, function in functions() for place in hasty(name, function)] == []


@cache
def functions() -> list[tuple[str, ast.FunctionDef]]:
    """Return every function of the tests with a browser, with its file's name."""
    trees = {path.name: ast.parse(path.read_text()) for path in sorted(FOLDER.glob("*.py"))}
    return [
        (name, node)
        for name, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    ]


def hasty(name: str, function: ast.FunctionDef) -> Iterator[str]:
    """Yield where it looks before it has waited; helpers wait for what they led to."""
    clicked = 0
    for word, line in words(function):
        if word in WAITS or word.startswith("await_") or word in waiting_helpers():
            clicked = 0
        elif clicked and word in LOOKS | looking_helpers():
            yield f"{name}:{line}: {word} after the click in line {clicked}"
            clicked = 0
        elif word in LEAVES:
            clicked = line
    if clicked and not function.name.startswith("test_"):
        yield f"{name}:{clicked}: {function.name} ends with a click"


def words(function: ast.FunctionDef) -> list[tuple[str, int]]:
    """Return what a function asks for and calls, in the order in which it is done."""
    called = {node.func for node in ast.walk(function) if isinstance(node, ast.Call)}
    ends = ends_of_with(function)
    found = [
        (*ends.get(node, end_of(node)), word_of(node))
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and node in called)
    ]
    return [(word, line) for line, _column, word in sorted(found)]


def ends_of_with(function: ast.FunctionDef) -> dict[ast.AST, tuple[int, int]]:
    """Return for all that opens a block where the block ends: `with page.expect_download()` waits there."""
    blocks = [node for node in ast.walk(function) if isinstance(node, ast.With)]
    return {part: end_of(block) for block in blocks for item in block.items for part in ast.walk(item)}


def end_of(node: ast.expr | ast.With) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0


def word_of(node: ast.Attribute | ast.Name) -> str:
    """Return the name of what is called, after a dot for what is asked of something."""
    return f".{node.attr}" if isinstance(node, ast.Attribute) else node.id


@cache
def looking_helpers() -> frozenset[str]:
    """Return the names of functions that look before they wait or go anywhere."""
    return starting_with(LOOKS - {".goto", ".reload"})


@cache
def waiting_helpers() -> frozenset[str]:
    """Return the names of functions that wait before they look."""
    return starting_with(WAITS)


def starting_with(first: set[str]) -> frozenset[str]:
    return frozenset(function.name for _name, function in functions() if first_of(function) in first)


def first_of(function: ast.FunctionDef) -> str:
    return next((word for word, _line in words(function) if word in LOOKS | WAITS | LEAVES), "")
