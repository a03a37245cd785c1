"""The operators' pages about meetings and about what only meetings know of people."""

from meetings.admin import books, jobs, meetings, people, records, settings, video

__all__ = ["books", "jobs", "meetings", "people", "records", "settings", "video"]
