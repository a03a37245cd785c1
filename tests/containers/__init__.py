"""What `python3 run.py containers` walks: docker-compose.yml as somebody would run it."""
