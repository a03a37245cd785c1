"""Where meetings take place: rooms, who gets in and when, who was there, and the platforms behind it."""
