"""A pytest plug-in: every run has an order of its own, which --seed repeats.

No test may lean on another that came before it. The tests of a file stay together: it may set up things once.
"""

import random
from collections import defaultdict
from typing import Any

import pytest

# Where tests wait for browsers, workers and crashes.
LONGEST = {"browser", "crashes"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, help="repeat the order of a run; each tells its seed")


def pytest_configure(config: pytest.Config) -> None:
    """Choose a seed; workers are given one."""
    if config.option.seed is None:
        given = getattr(config, "workerinput", {})
        config.option.seed = given.get("seed", random.SystemRandom().randrange(10**6))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give a worker of xdist the same seed: all must find the same order."""
    node.workerinput["seed"] = node.config.option.seed


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffle, then begin with what takes longest, so that no worker is left with it at the end."""
    items[:] = shuffled(items, random.Random(config.option.seed))  # noqa: S311 - to be repeated, not to be secret
    items.sort(key=lambda item: LONGEST.isdisjoint(item.path.parts))


def shuffled(items: list[pytest.Item], chance: random.Random) -> list[pytest.Item]:
    """Return the files in any order, and the tests of each in any order."""
    files: dict[object, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    groups = list(files.values())
    for group in (groups, *groups):
        chance.shuffle(group)
    return [item for group in groups for item in group]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    terminalreporter.write_line(f"The order of these tests: --seed {config.option.seed}")
