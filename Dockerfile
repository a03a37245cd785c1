# One image for web, workers, beat and the one-shot migrate of docker-compose.yml (python3 run.py containers tries it).
FROM python:3.11-slim AS packages
COPY requirements.lock .
RUN python -m venv --without-pip /venv \
 && pip --python /venv/bin/python install --no-cache-dir --no-compile --no-deps --require-hashes -r requirements.lock \
 && find /venv -name "*.po" -delete

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home expertim \
 && install --directory --owner=expertim /var/lib/expertim
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
# The files are read only while it runs, so they are collected and compiled here; settings want these before they
# can be read, and nothing uses them. Bytecode costs space and saves each program seconds at its start.
RUN SECRET_KEY=unused DATABASE_URL=postgresql:///unused REDIS_URL=redis://unused DEMO=1 \
    python manage.py collectstatic --noinput \
 && python -m compileall -q -j 0 /venv/lib /app
USER expertim

EXPOSE 8000
CMD ["gunicorn", "expertim.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
