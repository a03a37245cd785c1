"""Telling the two people of a meeting: what, when, and whether it still holds."""
