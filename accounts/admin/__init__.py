"""The operators' pages about people and what they offer. Importing this registers them."""

from accounts.admin import people

__all__ = ["people"]
