"""The site for gunicorn, with the addresses of `runner.error_pages`."""

from django.conf import settings

import expertim  # noqa: F401 - it names the settings

settings.ROOT_URLCONF = "runner.error_pages"

from expertim.wsgi import application  # noqa: E402 - it reads the setting as it begins

__all__ = ["application"]
