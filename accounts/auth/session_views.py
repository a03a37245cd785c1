"""Where I am signed in, and ending that."""

from allauth.account.internal.flows.logout import logout
from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.people import person_of

# The first that occurs in what a browser says of itself; most claim to be others as well.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Show where the person is signed in, this browser first."""
    mine = UserSession.objects.purge_and_list(person_of(request))
    rows = [(session, session.is_current(), *browser_in_words(session.user_agent)) for session in mine]
    rows.sort(key=lambda row: (not row[1], -row[0].created_at.timestamp()))
    are_others = any(not is_this_one for _session, is_this_one, *_names in rows)
    return render(request, "accounts/sessions.html", {"rows": rows, "are_others": are_others})


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one browser; one that is out already is as good."""
    chosen = UserSession.objects.filter(user=person_of(request), pk=pk)
    if any(session.is_current() for session in chosen):
        logout(request)
        return redirect("home")
    end_sessions(request, chosen)
    messages.success(request, _("That browser is signed out."))
    return redirect("accounts:sessions")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out all browsers but this one."""
    end_other_sessions(request, person_of(request))
    messages.success(request, _("All other browsers are signed out."))
    return redirect("accounts:sessions")


def browser_in_words(told: str) -> tuple[str, str]:
    """Return the names of browser and system, as far as a browser tells them."""
    browser = next((name for sign, name in BROWSERS.items() if sign in told), str(_("Unknown browser")))
    return browser, next((name for sign, name in SYSTEMS.items() if sign in told), "")
