"""All addresses."""

from django.conf import settings
from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.utils import timezone
from django.utils.functional import lazy
from django.views.generic import RedirectView, TemplateView

from accounts.auth.second_factor_forms import download_recovery_codes, recovery_codes
from meetings.views.experts import home
from meetings.vocabulary import Status
from notifications.views import mails

# The lists need the width; the start page leads everywhere.
admin.site.enable_nav_sidebar = False

# Every part of a page, for those who build pages.
LOOKS = TemplateView.as_view(
    template_name="looks.html", extra_context={"statuses": Status.choices, "today": timezone.now}
)
# For pages that name no icon of their own, such as those of the admin.
FAVICON = RedirectView.as_view(url=lazy(static, str)("favicon.svg"))

urlpatterns = [
    path("favicon.ico", FAVICON),
    path("", home, name="home"),
    path("", include("meetings.urls")),
    path("credits/", include("credits.urls")),
    path("notifications/", include("notifications.urls")),
    path("account/mails/", mails, name="mails"),
    path("account/", include("accounts.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/second-factor/recovery-codes/", recovery_codes),
    path("account/second-factor/recovery-codes/download/", download_recovery_codes),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
]
if settings.DEMO or settings.DEBUG:
    urlpatterns += [path("looks/", LOOKS)]
