"""What README, Dockerfile and docker-compose.yml tell people to run, run from an empty environment."""
