"""All settings, from the environment. Names and defaults are described in .env.example."""

from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from expertim.log_lines import FORMATTERS
from expertim.monitoring import reports
from expertim.redis_address import for_celery

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# What must come from outside: nothing starts without it.
SECRET_KEY = env.str("SECRET_KEY")
DATABASE_URL = env.str("DATABASE_URL")
REDIS_URL = env.str("REDIS_URL")

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
HTTPS = env.bool("HTTPS", default=True)
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[*filter(None, [urlsplit(SITE_URL).hostname]), "localhost", "127.0.0.1"]
)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

INSTALLED_APPS = [
    "accounts.admin_config.OperatorsAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_celery_beat",
    "pgtrigger",
    "accounts",
    "notifications",
    "credits",
    "meetings",
    *env.list("EXTRA_APPS", default=[]),
]

MIDDLEWARE = [
    "expertim.monitoring.probes.probes",
    "expertim.monitoring.requests.watch",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.middleware.own_resources",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.say_when_nobody_counts",
    "accounts.middleware.person_view",
    "accounts.middleware.private_pages",
    "accounts.middleware.say_what_was_opened",
]

ROOT_URLCONF = "expertim.urls"
WSGI_APPLICATION = "expertim.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.profile.language_views.languages",
                "notifications.context.bell",
                "expertim.context.site",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "accounts.templatetags.times",
            ],
        },
    }
]

# --- Truth: Postgres -------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
# Threads of one web process share a few open connections instead of opening one per request.
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 12, "timeout": 10}

# --- The clock and the hands: Celery on Redis --------------------------------------------------

CELERY_BROKER_URL = for_celery(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "expertim.beat:Scheduler"
# Nothing is kept, so nothing has to be cleaned up.
CELERY_RESULT_EXPIRES = None
# What no child is free for stays in its queue, where it is seen to wait (docs/decisions/0012-jobs.md).
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # Nobody waits for what is only kept to be quicker, or to count.
        "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.5},
    }
}

# --- People --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "meetings:dashboard"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "notifications.account_mails.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.auth.forms.LoginForm",
    "signup": "accounts.auth.forms.SignupForm",
    "reset_password": "accounts.auth.forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.auth.forms.NewPasswordForm",
    "change_password": "accounts.auth.forms.ChangePasswordForm",
    "reauthenticate": "accounts.auth.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.auth.signup.SignupForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {
    # Guessing is limited by address; per account generously, so that a stranger does not lock its owner out.
    "login_failed": "10/m/ip,60/h/key",
    # Nobody's mailbox is filled by strangers.
    "reset_password": "20/m/ip,5/h/key",
}
MFA_ADAPTER = "accounts.auth.second_factor.Adapter"
MFA_FORMS = {"authenticate": "accounts.auth.second_factor_forms.CodeForm"}
# Nobody signs in before the address is confirmed; whoever has a second factor may still change theirs.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Expertim"
# Clocks of phones and servers differ a little.
MFA_TOTP_TOLERANCE = 1
# How many proxies of ours stand in front and add to X-Forwarded-For; HTTPS means that there is one.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=int(HTTPS))

# --- Words and times ------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
# Each by its own name, for who looks for it; the texts are in locale/ (docs/translations.md).
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("cs", "Čeština"), ("sk", "Slovenčina")]
# A choice is kept with the account; the cookie is for visitors.
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 31_536_000
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "libraries"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Telling people -------------------------------------------------------------------------------

# Every kind of notification: each name is a tuple of notifications.kinds.Kind.
NOTIFICATION_KINDS = ["credits.notices.KINDS", "meetings.notices.kinds.KINDS"]
# What a reference such as "meeting:12" in the books or behind the bell leads to, and is called.
REFERENCE_PAGES = {
    "meeting": ("meetings:detail", _("Meeting")),
    "account": ("credits:account", _("My account")),
}
# Who knows more of a sort of thing than its number, for people who may know it.
REFERENCE_NAMES = {"meeting": "meetings.notices.labels.names_for"}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Expertim <no-reply@localhost>")
CALENDAR_ORGANIZER = parseaddr(DEFAULT_FROM_EMAIL)[1]
# A mail server's address ("smtp+tls://user:password@host:587"); without one each mail becomes a file.
EMAIL_FILE_PATH = BASE_DIR / "mails"
EMAIL_BACKEND = "notifications.eml.EmailBackend"
EMAIL_TIMEOUT = 10
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))

# --- Meeting face to face ---------------------------------------------------------------------------

VIDEO_PLATFORM = env.str("VIDEO_PLATFORM", default="practice")
# What the platforms need to know; each looks only at its own.
VIDEO = {
    "JITSI_URL": env.str("JITSI_URL", default="https://meet.jit.si"),
    "JITSI_APP_ID": env.str("JITSI_APP_ID", default=""),
    "JITSI_SECRET": env.str("JITSI_SECRET", default=""),
    "JAAS_APP_ID": env.str("JAAS_APP_ID", default=""),
    "JAAS_KEY_ID": env.str("JAAS_KEY_ID", default=""),
    "JAAS_PRIVATE_KEY": env.str("JAAS_PRIVATE_KEY", default="", multiline=True),
    "BBB_URL": env.str("BBB_URL", default=""),
    "BBB_SECRET": env.str("BBB_SECRET", default=""),
    "ZOOM_ACCOUNT_ID": env.str("ZOOM_ACCOUNT_ID", default=""),
    "ZOOM_CLIENT_ID": env.str("ZOOM_CLIENT_ID", default=""),
    "ZOOM_CLIENT_SECRET": env.str("ZOOM_CLIENT_SECRET", default=""),
    "ZOOM_HOST": env.str("ZOOM_HOST", default=""),
    "JANUS_URL": env.str("JANUS_URL", default="http://127.0.0.1:8088/janus"),
    "JANUS_PUBLIC_URL": env.str("JANUS_PUBLIC_URL", default="/janus"),
    "JANUS_API_SECRET": env.str("JANUS_API_SECRET", default=""),
    "JANUS_TOKEN_SECRET": env.str("JANUS_TOKEN_SECRET", default=""),
    "JANUS_ADMIN_KEY": env.str("JANUS_ADMIN_KEY", default=""),
    "JANUS_EVENTS_PASSWORD": env.str("JANUS_EVENTS_PASSWORD", default=""),
    "JANUS_ICE_SERVERS": env.str("JANUS_ICE_SERVERS", default=""),
}

# --- After a back-up was restored ------------------------------------------------------------------

# The list of erasures, by number and instant, outside of the database and its back-ups: docs/operations.md.
ERASURES_FILE = env.str("ERASURES_FILE", default="")

# --- Files and safety -------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": env.str("STATIC_STORAGE", default="expertim.static_files.HashedFiles")},
}
# Photos are the only uploads; they are kept in the database (docs/decisions/0005-photos.md).
FILE_UPLOAD_HANDLERS = [
    "accounts.profile.photos.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# The only upload is one photo.
DATA_UPLOAD_MAX_NUMBER_FILES = 1
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# What HTTPS commits to: this host alone, its subdomains too, or all of them for good, in browsers' own lists.
HSTS, HSTS_CHOICES = env.str("HSTS", default="host"), ("host", "subdomains", "preload")
if HTTPS:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS in ("subdomains", "preload")
    SECURE_HSTS_PRELOAD = HSTS == "preload"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Watching it: docs/monitoring.md ------------------------------------------------------------------

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
LOG_FORMAT, LOG_FORMATS = env.str("LOG_FORMAT", default="line"), tuple(FORMATTERS)
if env.str("SENTRY_DSN", default=""):
    reports.start(env.str("SENTRY_DSN"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"chosen": {"()": FORMATTERS.get(LOG_FORMAT, FORMATTERS["line"])}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "chosen"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # It logs whole addresses, which for video platforms hold signatures; our own errors say enough.
        "urllib3": {"level": "CRITICAL"},
    },
}
