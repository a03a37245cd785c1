"""What an action, or none, will lead to, said before it happens."""
