"""The people whose words are looked for."""

from tests.meetings.privacy.marks import anna, operator

__all__ = ["anna", "operator"]
