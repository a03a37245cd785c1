"""What experts say of themselves and offer, and how they are found."""
