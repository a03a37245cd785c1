"""A person's photo: putting it in, taking it away, and the picture itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Photo
from accounts.people import person_of
from accounts.profile import photos

A_YEAR = 31_536_000


class PhotoForm(forms.Form):
    """A picture from the person's device."""

    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
        help_text=gettext_lazy(
            "JPEG, PNG or WebP, at most 5 MB. It is cut to a square; where and when it was taken is removed."
        ),
    )

    def clean_photo(self) -> bytes:
        """Return the picture as it is kept."""
        file: UploadedFile[Any] = self.cleaned_data["photo"]
        return photos.small_square(file, file.size or 0)


@login_required
def photo_settings(request: HttpRequest) -> HttpResponse:
    """Show and change one's own photo."""
    person = person_of(request)
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    if form.is_valid():
        photos.keep(person, form.cleaned_data["photo"])
        messages.success(request, _("Your photo is saved."))
        return redirect("accounts:photo_settings")
    return render(request, "accounts/photo_settings.html", {"form": form, "person": person})


@login_required
@require_POST
def remove_photo(request: HttpRequest) -> HttpResponse:
    """Take one's own photo away."""
    photos.remove(person_of(request))
    messages.success(request, _("Your photo is removed."))
    return redirect("accounts:photo_settings")


@require_safe
def photo(_request: HttpRequest, name: str) -> HttpResponse:
    """Send a picture to whoever knows its name: nobody can guess it, and it never changes."""
    content = bytes(get_object_or_404(Photo, pk=name).content)
    caching = f"private, max-age={A_YEAR}, immutable"
    return HttpResponse(content, content_type="image/webp", headers={"Cache-Control": caching})
