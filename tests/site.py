"""The site as gunicorn serves it, with static files as they lie in the folders: tests collect none."""

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application

application = StaticFilesHandler(get_wsgi_application())
