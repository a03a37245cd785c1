"""People, services and meetings to look at: an app that production ships without."""
