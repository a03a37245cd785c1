"""What all pages of the operators are made of."""
