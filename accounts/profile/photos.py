"""Photos of people: what is uploaded is read with suspicion, cut to a small square and written anew."""

import hashlib
import threading
from io import BytesIO
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.uploadhandler import FileUploadHandler
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from accounts.models import Photo, User

SIDE = 400
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 5 * 2**20
# What a picture says of its size is believed before it is unpacked: with copies, 370 MB of memory at most.
MOST_PIXELS = 30_000_000
WHITE = (255, 255, 255)
# A tiny file can unpack to a third of a gigabyte: a process does that for one person at a time.
ONE_AT_A_TIME = threading.Lock()


class BoundedUpload(FileUploadHandler):
    """Drops what exceeds the largest allowed photo, so that no upload fills the disk."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Hand the chunk on while the file is not too large; the first that is too much still tells so."""
        return raw_data if start <= MOST_BYTES else None

    def file_complete(self, _file_size: int) -> None:
        """Leave the file to the handlers that keep it."""


def small_square(file: IO[bytes], size: int) -> bytes:
    """Return an uploaded picture as a square WebP without metadata. Raises ValidationError in words."""
    if size > MOST_BYTES:
        raise ValidationError(_("This file is larger than 5 MB. Please choose a smaller one."))
    picture = _opened(file)
    if picture.width * picture.height > MOST_PIXELS:
        raise ValidationError(_("This picture has more than 30 million pixels. Please choose a smaller one."))
    try:
        with ONE_AT_A_TIME:
            return _written_anew(picture)
    except Exception as broken:  # Decoders of broken pictures fail in every way there is.
        raise _not_readable() from broken


def keep(person: User, content: bytes) -> None:
    """Make this the person's photo; the one before is gone."""
    name = hashlib.sha256(b"%d:" % person.pk + content).hexdigest()
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=person.pk)
        Photo.objects.filter(person=locked).exclude(name=name).delete()
        Photo.objects.get_or_create(name=name, defaults={"content": content})
        User.objects.filter(pk=person.pk).update(photo=name)


def remove(person: User) -> None:
    """Forget the person's photo."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=person.pk)
        Photo.objects.filter(person=locked).delete()


def _opened(file: IO[bytes]) -> Image.Image:
    """Look at the beginning of a file: nothing is unpacked yet, and its name does not count."""
    try:
        return Image.open(file, formats=FORMATS)
    except Exception as broken:
        raise _not_readable() from broken


def _written_anew(picture: Image.Image) -> bytes:
    """Return the first frame, turned as the camera says, cut to the middle, on white, and nothing else."""
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))
    square = ImageOps.fit(ImageOps.exif_transpose(picture).convert("RGBA"), (SIDE, SIDE))
    page = Image.new("RGB", (SIDE, SIDE), WHITE)
    page.paste(square, mask=square)
    written = BytesIO()
    page.save(written, "WEBP", quality=QUALITY)
    return written.getvalue()


def _not_readable() -> ValidationError:
    return ValidationError(_("This is no picture that can be read. Please choose a JPEG, PNG or WebP file."))
