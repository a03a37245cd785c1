"""The project: wiring only. Importing it makes the Celery application known to whatever uses Django."""

from expertim import bootstrap
from expertim.celery import app

__all__ = ["app", "bootstrap"]
