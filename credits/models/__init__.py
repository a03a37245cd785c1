"""Tables of the books, and the view of them that people see."""

from credits.models.books import Account, AccountKind, Posting, PostingKind, Transfer
from credits.models.movement import Movement

__all__ = ["Account", "AccountKind", "Movement", "Posting", "PostingKind", "Transfer"]
