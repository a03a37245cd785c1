"""My account: what a person has, what is blocked for which meeting, and every movement."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.people import person_of
from credits import ledger
from credits.chart import chart
from credits.statement import MovementFilter, csv_lines, page_of_movements
from notifications.references import names_for


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show the person's credits."""
    person, now = person_of(request), timezone.now()
    chosen = MovementFilter(request.GET)
    balance = ledger.balance(person)
    blocks = list(ledger.open_blocks(person))
    names = names_for(person, [block.reference for block in blocks])
    context = {
        "balance": balance,
        "blocks": [(block, names[block.reference]) for block in blocks],
        "chart": chart(person, balance.owned, now),
        "filter": chosen,
        "page": page_of_movements(chosen, person, request.GET.get("page")),
    }
    return render(request, "credits/account.html", context)


@login_required
def movements_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Send the movements that are filtered as a file, however many they are."""
    person = person_of(request)
    lines = csv_lines(MovementFilter(request.GET).movements_of(person), person)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="expertim-movements.csv"'
    return response
