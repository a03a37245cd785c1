"""The site as gunicorn serves it, with static files as they lie in the folders: tests collect none."""

from django.contrib.staticfiles.handlers import StaticFilesHandler

from expertim.wsgi import application as site

application = StaticFilesHandler(site)
