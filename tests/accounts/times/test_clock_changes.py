"""What two clocks do around a date: differences, changes, times that are none or two."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.times.clock_changes import (
    changes,
    differs_in_words,
    gap_in_words,
    length_in_words,
    twice_in_words,
)

PRAGUE, NEW_YORK = "Europe/Prague", "America/New_York"
BETWEEN = (
    "In Prague the clocks go back on 25.10.2026, in New York the clocks go back on 01.11.2026: "
    "between these days the difference is 5 hours instead of 6 hours."
)


@pytest.mark.parametrize(
    ("at", "mine", "other", "words"),
    [
        ("2026-10-28T10:00", PRAGUE, NEW_YORK, BETWEEN),
        ("2026-10-28T10:00", NEW_YORK, PRAGUE, BETWEEN),
        ("2026-11-10T10:00", PRAGUE, NEW_YORK, ""),
        ("2026-10-10T10:00", PRAGUE, NEW_YORK, ""),
        (
            "2027-03-20T10:00",
            PRAGUE,
            NEW_YORK,
            "In New York the clocks go forward on 14.03.2027, in Prague the clocks go forward on 28.03.2027: "
            "between these days the difference is 5 hours instead of 6 hours.",
        ),
        (
            "2026-10-28T10:00",
            PRAGUE,
            "America/Phoenix",
            "In Prague the clocks go back on 25.10.2026: "
            "from then on the difference is 8 hours instead of 9 hours.",
        ),
        (
            "2026-10-22T10:00",
            PRAGUE,
            "Asia/Kathmandu",
            "In Prague the clocks go back on 25.10.2026: "
            "until then the difference is 3 hours 45 minutes, later 4 hours 45 minutes.",
        ),
        (
            "2026-10-05T10:00",
            "Asia/Kolkata",
            "Australia/Lord_Howe",
            "In Lord Howe Island the clocks go forward on 04.10.2026: "
            "from then on the difference is 5 hours 30 minutes instead of 5 hours.",
        ),
        (
            "2026-10-24T10:00",
            PRAGUE,
            NEW_YORK,
            "In Prague the clocks go back on 25.10.2026, in New York the clocks go back on 01.11.2026; "
            "at the time you chose the difference is 6 hours.",
        ),
        ("2026-10-22T10:00", PRAGUE, "Europe/London", ""),
        ("2026-10-26T10:00", PRAGUE, "Europe/London", ""),
        ("2026-10-28T10:00", "Asia/Tokyo", "Pacific/Kiritimati", ""),
        ("2026-10-28T10:00", PRAGUE, PRAGUE, ""),
    ],
)
def test_a_change_near_the_date_is_explained(at: str, mine: str, other: str, words: str) -> None:
    start = datetime.fromisoformat(f"{at}:00+00:00")
    assert differs_in_words(start, ZoneInfo(mine), ZoneInfo(other)) == words


@pytest.mark.parametrize(
    ("zone", "instants"),
    [
        (PRAGUE, ["2026-03-29T01:00:00+00:00", "2026-10-25T01:00:00+00:00"]),
        (NEW_YORK, ["2026-03-08T07:00:00+00:00", "2026-11-01T06:00:00+00:00"]),
        ("Asia/Tokyo", []),
    ],
)
def test_changes_are_found_to_the_second(zone: str, instants: list[str]) -> None:
    year = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert [change.at.isoformat() for change in changes(ZoneInfo(zone), *year)] == instants


def test_a_time_that_does_not_exist_is_explained_with_what_does() -> None:
    words = gap_in_words(date(2026, 10, 4), time(2, 15), ZoneInfo("Australia/Lord_Howe"))
    assert words == (
        "This time does not exist: on 04.10.2026 the clocks in Lord Howe Island go forward from 02:00 "
        "to 02:30. Please choose a time before 02:00 or from 02:30 on."
    )


def test_both_times_of_the_same_name_are_told_apart() -> None:
    assert twice_in_words(date(2026, 10, 25), time(2, 30), ZoneInfo(PRAGUE)) == [
        "02:30 for the first time, before the clocks go back (UTC+02:00)",
        "02:30 for the second time, after the clocks went back (UTC+01:00)",
    ]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 hours"),
        (60, "1 hour"),
        (345, "5 hours 45 minutes"),
        (30, "30 minutes"),
        (-90, "1 hour 30 minutes"),
    ],
)
def test_a_length_is_written_in_hours_and_minutes(minutes: int, words: str) -> None:
    assert length_in_words(timedelta(minutes=minutes)) == words
