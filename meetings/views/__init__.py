"""Pages: find, one call, answer."""
