from collections.abc import Iterator

import pytest

from meetings.video.platforms.base import LinkWanted
from meetings.video.platforms.manual import Manual
from meetings.video.platforms.practice import Practice
from tests.meetings.video.platforms.contract import (
    CLIENT,
    EXPERT,
    MOVED,
    NEVER_ASKED,
    STARTS,
    Promises,
    Service,
)
from tests.webserver import Reply, WebServer


class TestPractice(Promises):
    @pytest.fixture
    def service(self) -> Iterator[Service]:
        with WebServer(lambda _request: Reply()) as server:
            yield Service(server, at=lambda _url: Practice(), asks=frozenset(), makes_rooms=False)

    def test_each_has_their_own_page(self) -> None:
        assert Practice().entry_url(NEVER_ASKED, EXPERT, STARTS) == EXPERT.page
        stage = Practice().stage(NEVER_ASKED, CLIENT, STARTS)
        assert stage
        assert stage.template == "meetings/practice.html"

    def test_health_says_that_people_do_not_meet(self) -> None:
        assert Practice().health().words == ("This is the practice room: people do not see each other.",)


class TestManual:
    """Not of the contract: it makes no rooms, and says so each time."""

    def test_meeting_is_not_ready_without_a_link(self) -> None:
        with pytest.raises(LinkWanted, match="There is no link yet"):
            Manual().ensure(NEVER_ASKED, STARTS)
        with pytest.raises(LinkWanted, match="There is no link yet"):
            Manual().move(NEVER_ASKED, MOVED, STARTS)
        with pytest.raises(LinkWanted, match="There is no link yet"):
            Manual().entry_url(NEVER_ASKED, CLIENT, STARTS)

    def test_cancelling_needs_nothing(self) -> None:
        Manual().cancel(NEVER_ASKED)
        Manual().cancel(NEVER_ASKED)

    def test_it_knows_nothing_of_people_inside(self) -> None:
        assert Manual().presence(NEVER_ASKED) is None
        assert Manual().stage(NEVER_ASKED, CLIENT, STARTS) is None

    def test_health_says_what_is_needed(self) -> None:
        assert Manual().health().is_ok
        assert "needs a link" in Manual().health().words[0]
