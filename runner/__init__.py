"""What run.py does: set up, start, test and check the project with nothing but the standard library."""
