"""Zones, and how dates and times are read and written."""
