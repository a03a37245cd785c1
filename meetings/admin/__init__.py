"""The operators' pages about meetings and about what only meetings know of people."""

from meetings.admin import jobs, meetings, people, records, settings, video

__all__ = ["jobs", "meetings", "people", "records", "settings", "video"]
