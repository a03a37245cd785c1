"""A person's statement for operators: every movement with its reason and who made it, and what is blocked."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from accounts.admin.kit.pages import ModelAdmin
from accounts.models import User
from accounts.people import person_of
from credits import ledger
from credits.admin.movements import MAY_MOVE, accounts_of
from credits.statement import MovementFilter, csv_lines, page_of_movements

MAY_LOOK = "credits.view_posting"


def addresses(page: ModelAdmin) -> list[URLPattern]:
    """Return the addresses of the page and of the file."""
    seen = page.admin_site.admin_view(partial(_statement, page))
    file = page.admin_site.admin_view(_file)
    return [
        path("person/<int:pk>/statement/", seen, name="credits_account_statement"),
        path("person/<int:pk>/statement.csv", file, name="credits_account_statement_csv"),
    ]


def _statement(page: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a person has, what is blocked, and the movements that are asked for."""
    person = _whose(request, pk)
    chosen = MovementFilter(request.GET)
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": _("Statement: %(person)s") % {"person": person.name},
        "person": person,
        "balance": ledger.balance(person),
        "blocks": ledger.open_blocks(person),
        "filter": chosen,
        "page": page_of_movements(chosen, person, request.GET.get("page")),
        "may_move": request.user.has_perm(MAY_MOVE),
        "accounts": accounts_of(person),
    }
    return TemplateResponse(request, "admin/credits/statement.html", context)


def _file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Send the movements that are asked for as a file, however many they are."""
    movements = MovementFilter(request.GET).movements_of(_whose(request, pk))
    lines = csv_lines(movements, person_of(request), with_operators=True)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="expertim-statement-{pk}.csv"'
    return response


def _whose(request: HttpRequest, pk: int) -> User:
    if not request.user.has_perm(MAY_LOOK):
        raise PermissionDenied
    return get_object_or_404(User, pk=pk)
