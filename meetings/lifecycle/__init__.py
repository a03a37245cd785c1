"""What may happen to a meeting, and all that follows from it."""
