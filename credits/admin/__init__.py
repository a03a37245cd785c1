"""The operators' pages about credits. Importing this registers them."""

from credits.admin import accounts

__all__ = ["accounts"]
