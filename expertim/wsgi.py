"""The web application for gunicorn."""

from django.core.wsgi import get_wsgi_application

from expertim.startup import require_good_setup

application = get_wsgi_application()
require_good_setup()
