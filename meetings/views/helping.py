"""Help: how it works for each role, with the figures that the code goes by."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from meetings.views.rule_figures import figures


def _show(request: HttpRequest, *, template: str) -> HttpResponse:
    return render(request, template, {"n": figures()})


overview = partial(_show, template="meetings/help.html")
users = partial(_show, template="meetings/help_users.html")
experts = partial(_show, template="meetings/help_experts.html")
