"""One's own data: the copy, the erasure, and erasing again after a restore."""
