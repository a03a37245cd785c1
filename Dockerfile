# One image for web, worker, beat and the one-shot migrate of docker-compose.yml.
# There was no Docker engine where this was written: tests/runner/test_container.py runs its commands instead.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --create-home expertim
WORKDIR /app

COPY requirements.lock .
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock

COPY . .
RUN install --directory --owner=expertim mails staticfiles
USER expertim

# Settings want these three before they can be read; collecting files uses none of them.
RUN SECRET_KEY=unused DATABASE_URL=postgresql:///unused REDIS_URL=redis://unused python manage.py collectstatic --noinput

EXPOSE 8000
CMD ["gunicorn", "expertim.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--no-control-socket"]
