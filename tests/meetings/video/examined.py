"""A platform that is asked how it is."""

from meetings.video.platforms.base import Health
from tests.meetings.video.platforms.standin import StandIn


class Examined(StandIn):
    """Says of itself what it is told to say."""

    def __init__(self) -> None:
        super().__init__()
        self.examinations = 0
        self.state: Health | Exception = Health(True, ("All <rights> are there.",))

    def health(self) -> Health:
        self.examinations += 1
        if isinstance(self.state, Exception):
            raise self.state
        return self.state
