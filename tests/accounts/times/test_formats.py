"""Wall clocks and instants, also in nights in which clocks change, and how people read them."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.times.formats import as_user, instants, written, written_day, zone_name
from tests.factories import PersonFactory

PRAGUE, NEW_YORK = ZoneInfo("Europe/Prague"), ZoneInfo("America/New_York")
LORD_HOWE, KATHMANDU = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")
APIA, SANTIAGO = ZoneInfo("Pacific/Apia"), ZoneInfo("America/Santiago")


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "found"),
    [
        (PRAGUE, date(2026, 12, 14), time(14, 0), utc(2026, 12, 14, 13, 0)),
        (PRAGUE, date(2027, 7, 1), time(14, 0), utc(2027, 7, 1, 12, 0)),
        (PRAGUE, date(2027, 7, 1), time(0, 30), utc(2027, 6, 30, 22, 30)),
        (NEW_YORK, date(2026, 12, 14), time(21, 0), utc(2026, 12, 15, 2, 0)),
        (KATHMANDU, date(2026, 12, 14), time(14, 0), utc(2026, 12, 14, 8, 15)),
        (ZoneInfo("UTC"), date(2027, 3, 28), time(2, 30), utc(2027, 3, 28, 2, 30)),
        (ZoneInfo("Pacific/Kiritimati"), date(2026, 12, 14), time(1, 0), utc(2026, 12, 13, 11, 0)),
    ],
)
def test_an_ordinary_time_is_one_instant(zone: ZoneInfo, day: date, clock: time, found: datetime) -> None:
    assert instants(day, clock, zone) == [found]


@pytest.mark.parametrize(
    ("zone", "day", "clock"),
    [
        (PRAGUE, date(2027, 3, 28), time(2, 0)),
        (PRAGUE, date(2027, 3, 28), time(2, 30)),
        (PRAGUE, date(2027, 3, 28), time(2, 59)),
        (NEW_YORK, date(2027, 3, 14), time(2, 30)),
        (LORD_HOWE, date(2027, 10, 3), time(2, 15)),
        (SANTIAGO, date(2026, 9, 6), time(0, 30)),
        (APIA, date(2011, 12, 30), time(12, 0)),
    ],
)
def test_a_time_that_the_clocks_skip_is_no_instant(zone: ZoneInfo, day: date, clock: time) -> None:
    assert instants(day, clock, zone) == []


@pytest.mark.parametrize(
    ("zone", "day", "clock", "found"),
    [
        (
            PRAGUE,
            date(2027, 10, 31),
            time(2, 30),
            [utc(2027, 10, 31, 0, 30), utc(2027, 10, 31, 1, 30)],
        ),
        (PRAGUE, date(2027, 10, 31), time(2, 0), [utc(2027, 10, 31, 0, 0), utc(2027, 10, 31, 1, 0)]),
        (NEW_YORK, date(2027, 11, 7), time(1, 30), [utc(2027, 11, 7, 5, 30), utc(2027, 11, 7, 6, 30)]),
        (LORD_HOWE, date(2027, 4, 4), time(1, 45), [utc(2027, 4, 3, 14, 45), utc(2027, 4, 3, 15, 15)]),
    ],
)
def test_a_time_that_the_clocks_repeat_is_two_instants(
    zone: ZoneInfo, day: date, clock: time, found: list[datetime]
) -> None:
    assert instants(day, clock, zone) == found


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        (date(2027, 3, 28), time(1, 59)),
        (date(2027, 3, 28), time(3, 0)),
        (date(2027, 10, 31), time(1, 59)),
        (date(2027, 10, 31), time(3, 0)),
    ],
)
def test_the_minutes_beside_a_clock_change_are_one_instant(day: date, clock: time) -> None:
    assert len(instants(day, clock, PRAGUE)) == 1


ZONES = [PRAGUE, NEW_YORK, LORD_HOWE, KATHMANDU, APIA, SANTIAGO, ZoneInfo("Africa/Casablanca")]


@given(
    st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - the zone is added below
    st.sampled_from(ZONES),
)
def test_every_instant_is_found_again_from_its_wall_clock(naive: datetime, zone: ZoneInfo) -> None:
    instant = naive.replace(second=0, microsecond=0, tzinfo=UTC)
    local = instant.astimezone(zone)
    found = instants(local.date(), local.time(), zone)
    assert instant in found
    assert all(other.astimezone(zone).time() == local.time() for other in found)
    assert found == sorted(found)


def test_no_instant_depends_on_the_fold_that_was_typed() -> None:
    day, clock = date(2027, 10, 31), time(2, 30)
    assert instants(day, clock.replace(fold=1), PRAGUE) == instants(day, clock, PRAGUE)


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("zone", [PRAGUE, NEW_YORK], ids=str)
def test_the_ends_of_the_calendar_are_no_error(day: date, zone: ZoneInfo) -> None:
    assert len(instants(day, time(23, 59) if day == date.max else time(0, 0), zone)) <= 1


NOON = utc(2026, 12, 14, 13, 0)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Prague", "Mon 14.12.2026 14:00 (Prague)"),
        ("America/New_York", "Mon 14.12.2026 08:00 (New York)"),
        ("Pacific/Kiritimati", "Tue 15.12.2026 03:00 (Kiritimati)"),
        ("America/Argentina/Buenos_Aires", "Mon 14.12.2026 10:00 (Buenos Aires)"),
        ("UTC", "Mon 14.12.2026 13:00 (UTC)"),
    ],
)
def test_an_instant_is_written_on_the_clock_of_its_reader(zone: str, words: str) -> None:
    assert written(NOON, ZoneInfo(zone)) == words
    with as_user(PersonFactory.build(time_zone=zone)):
        assert written(NOON) == words


@pytest.mark.parametrize(
    ("date_format", "words", "day"),
    [
        ("d.m.Y", "Mon 14.12.2026 14:00 (Prague)", "14.12.2026"),
        ("m/d/Y", "Mon 12/14/2026 14:00 (Prague)", "12/14/2026"),
        ("Y-m-d", "Mon 2026-12-14 14:00 (Prague)", "2026-12-14"),
    ],
)
def test_an_instant_is_written_in_the_format_of_its_reader(date_format: str, words: str, day: str) -> None:
    with as_user(PersonFactory.build(date_format=date_format)):
        assert (written(NOON), written_day(NOON)) == (words, day)


def test_the_zone_decides_the_day() -> None:
    with as_user(PersonFactory.build(time_zone="Pacific/Kiritimati")):
        assert written_day(NOON) == "15.12.2026"


def test_another_persons_clock_is_written_in_ones_own_format() -> None:
    with as_user(PersonFactory.build(date_format="Y-m-d")):
        assert written(NOON, NEW_YORK) == "Mon 2026-12-14 08:00 (New York)"


def test_a_visitor_reads_utc() -> None:
    with as_user(AnonymousUser()):
        assert written(NOON) == "Mon 14.12.2026 13:00 (UTC)"


def test_the_reader_is_forgotten_afterwards() -> None:
    with as_user(PersonFactory.build(time_zone="America/New_York", date_format="Y-m-d")):
        pass
    assert written(NOON) == "Mon 14.12.2026 13:00 (UTC)"


def test_the_reader_is_forgotten_after_an_error() -> None:
    reader = PersonFactory.build(date_format="Y-m-d", time_zone="America/New_York")
    with pytest.raises(RuntimeError), as_user(reader):
        raise RuntimeError
    assert written(NOON) == "Mon 14.12.2026 13:00 (UTC)"


def test_readers_within_readers_come_back() -> None:
    american = PersonFactory.build(date_format="m/d/Y", time_zone="America/New_York")
    with as_user(PersonFactory.build()):
        with as_user(american):
            assert written(NOON) == "Mon 12/14/2026 08:00 (New York)"
        assert written(NOON) == "Mon 14.12.2026 14:00 (Prague)"


@pytest.mark.parametrize(
    ("language", "zone", "city"),
    [
        ("en", "America/North_Dakota/New_Salem", "New Salem, North Dakota"),
        ("en", "America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("en", "Asia/Calcutta", "Kolkata"),
        ("en", "UTC", "UTC"),
        ("de", "Europe/Prague", "Prag"),
        ("cs", "Europe/Vienna", "Vídeň"),
        ("sk", "Europe/Prague", "Praha"),
    ],
)
def test_a_zone_is_called_by_its_city_in_the_readers_language(language: str, zone: str, city: str) -> None:
    with translation.override(language):
        assert zone_name(timezone.localtime(NOON, ZoneInfo(zone))) == city


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), "Sun 25.10.2026 01:30 (Prague)"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Sun 25.10.2026 02:30 (Prague, UTC+2)"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Sun 25.10.2026 02:30 (Prague, UTC+1)"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=UTC), "Sun 25.10.2026 03:30 (Prague)"),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "Sun 29.03.2026 03:30 (Prague)"),
    ],
)
def test_a_time_that_comes_twice_says_which_it_is(instant: datetime, words: str) -> None:
    assert written(instant, PRAGUE) == words


def test_half_hours_from_utc_are_written_too() -> None:
    assert written(datetime(2026, 4, 4, 15, 0, tzinfo=UTC), LORD_HOWE).endswith(
        "(Lord Howe Island, UTC+10:30)"
    )
