"""The page that grants or pays out to many people at once: first it shows what each line would do."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin.kit.history import in_history
from accounts.admin.kit.pages import AskForm, ModelAdmin
from accounts.models import User
from accounts.people import person_of
from credits import batches, ledger
from credits.admin.movements import GRANT, MAY_MOVE, MOVEMENTS, MovementKind
from credits.batches import Batch, NotBooked, NotReadable, Row

LIST = "admin:credits_account_changelist"


class BatchForm(AskForm):
    """Asks for the lines, pasted or as a file. It carries what the operator was shown of them."""

    reason = None  # type: ignore[assignment]  # each line has its own
    movement = forms.ChoiceField(
        label=gettext_lazy("What the lines are"),
        choices=[(name, movement.title) for name, movement in MOVEMENTS.items()],
        initial=GRANT.name,
        widget=forms.RadioSelect,
    )
    lines = forms.CharField(
        label=gettext_lazy("Lines"),
        required=False,
        widget=forms.Textarea({"rows": 12, "class": "vLargeTextField", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One line each: e-mail address, amount, reason. Separated by commas, semicolons or tabs; "
            "a first line with the names of the columns is left out. At most 1000 lines."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a CSV file"),
        required=False,
        help_text=gettext_lazy("It takes the place of the lines above, where you can then change it."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """Put the file's text in the place of what was typed, and read the lines."""
        typed = super().clean() or self.cleaned_data
        try:
            if typed.get("file"):
                typed["lines"] = _text_of(typed["file"])
                self.put(lines=typed["lines"])
            typed["rows"] = batches.read(typed.get("lines") or "")
        except NotReadable as refusal:
            self.add_error("lines", refusal.words)
        return typed

    @property
    def what(self) -> MovementKind:
        """What the lines are, once the form is valid."""
        return MOVEMENTS[self.cleaned_data["movement"]]

    @property
    def rows(self) -> list[Row]:
        """The lines, once the form is valid."""
        rows: list[Row] = self.cleaned_data["rows"]
        return rows


def addresses(page: ModelAdmin) -> list[URLPattern]:
    """Return the address of the page."""

    def view(request: HttpRequest) -> HttpResponse:
        return _batch(page, request)

    return [path("batch/", page.admin_site.admin_view(view), name="credits_account_batch")]


def _batch(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Ask for the lines, show what each would do, and book them all, once per form."""
    if not request.user.has_perm(MAY_MOVE):
        raise PermissionDenied
    form = BatchForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _show(page, request, form, None)
    if form.cleaned_data["seen"] and not form.cleaned_data["file"] and _is_booked(request, form):
        return redirect(LIST)
    batch = batches.judge(form.rows, sign=form.what.sign, operator=person_of(request))
    form.put(seen="" if batch.problems else _seen(batch, form.what))
    return _show(page, request, form, batch)


def _is_booked(request: HttpRequest, form: BatchForm) -> bool:
    """Book it and say so, or put into the form why not."""
    movement, _colon, seen = form.cleaned_data["seen"].partition(":")
    try:
        if movement != form.what.name:
            raise NotBooked
        _book(request, form, seen)
    except NotBooked:
        form.add_error(
            None, _("Nothing was booked, because something has changed. This is what would happen now.")
        )
        return False
    except ledger.KeyUsedOtherwise:
        form.renew()
        form.add_error(None, _("This form was sent before with other lines, so nothing was booked now."))
        return False
    number = len(form.rows)
    words = ngettext("%(n)s line is booked.", "All %(n)s lines are booked.", number)
    messages.success(request, words % {"n": number})
    return True


@transaction.atomic
def _book(request: HttpRequest, form: BatchForm, seen: str) -> None:
    what, operator, now = form.what, person_of(request), timezone.now()
    booked = batches.book(
        form.rows,
        what.book,
        sign=what.sign,
        seen=seen,
        key=form.cleaned_data["key"],
        operator=operator,
        now=now,
    )
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.bulk_create(
        LogEntry(
            user=operator,
            action_time=now,
            content_type=kind,
            object_id=str(line.person.pk),
            object_repr=str(line.person)[:200],
            action_flag=CHANGE,
            change_message=in_history(
                _("%(act)s, in a batch") % {"act": what.title},
                before=line.before,
                after=line.after,
                why=line.row.reason,
            ),
        )
        for line in (booked.lines if booked else [])
        if line.person
    )


def _show(page: ModelAdmin, request: HttpRequest, form: BatchForm, batch: Batch | None) -> HttpResponse:
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": _("Grant or pay out to many at once"),
        "form": form,
        "batch": batch,
        "movement": form.what if batch else None,
        "back": reverse(LIST),
    }
    status = 409 if form.errors else 200
    return TemplateResponse(request, "admin/credits/batch.html", context, status=status)


def _seen(batch: Batch, movement: MovementKind) -> str:
    return f"{movement.name}:{batch.digest}"


def _text_of(file: "UploadedFile[Any]") -> str:
    if (file.size or 0) > 4 * batches.MOST_CHARACTERS:
        raise NotReadable(_("This file is too large. Please send it in several batches."))
    try:
        text = bytes(file.read()).decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise NotReadable(_("This file is no text in UTF-8. Please save it as “CSV UTF-8”.")) from broken
    if "\x00" in text:
        raise NotReadable(_("This file is no text in UTF-8. Please save it as “CSV UTF-8”."))
    return text
