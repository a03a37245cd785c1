"""Every run has an order of its own, and any day there is."""

import random
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import Any

from tests import clock, environment, order
from tests.clock import sitecustomize

DAY = 86_400
FILES = "abcdefgh"


def items() -> list[Any]:
    return [SimpleNamespace(path=path, number=number) for path in FILES for number in range(5)]


def paths(shuffled: list[Any]) -> list[str]:
    return [item.path for item in shuffled]


def test_a_seed_repeats_an_order_and_the_tests_of_a_file_stay_together() -> None:
    first, again, other = (order.shuffled(items(), random.Random(seed)) for seed in (1, 1, 2))  # noqa: S311
    assert first == again
    assert paths(first) != paths(other)
    assert [item.number for item in first[:5]] != list(range(5))
    for shuffled in (first, other):
        assert sorted(shuffled, key=lambda item: (item.path, item.number)) == items()
        assert [path for path in dict.fromkeys(paths(shuffled)) for _test in range(5)] == paths(shuffled)


def test_a_program_is_born_with_the_clock_of_its_tests() -> None:
    told = "import time, datetime; print(time.time(), datetime.datetime.now(datetime.UTC).timestamp())"
    moved = environment.bare() | {sitecustomize.SHIFT: str(3 * DAY), "PYTHONPATH": clock.FOLDER}
    done = subprocess.run(  # noqa: S603 - our own Python
        [sys.executable, "-c", told], env=moved, capture_output=True, text=True, check=True
    )
    real = time.time() - float(clock.variables().get(sitecustomize.SHIFT, 0))
    for seen in map(float, done.stdout.split()):
        assert abs(seen - (real + 3 * DAY)) < 60
