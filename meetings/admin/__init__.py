"""The operators' pages about meetings and about what only meetings know of people."""

from meetings.admin import meetings, people, records, settings

__all__ = ["meetings", "people", "records", "settings"]
