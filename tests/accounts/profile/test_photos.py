"""Photos: what is refused, what is kept of the rest, who sees it, and that nothing stays behind."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import Photo, User
from accounts.profile import photos
from tests.accounts.profile.pictures import BLUE, RED, picture
from tests.factories import PersonFactory
from tests.pages import as_person

pytestmark = pytest.mark.django_db

CAMERA, ORIENTATION, GPS = 0x010F, 0x0112, 0x8825


def upload(client: Client, content: bytes, name: str = "me.png", declared: str = "image/png") -> Any:
    return client.post("/account/photo/", {"photo": SimpleUploadedFile(name, content, declared)})


def kept(person: User) -> Image.Image:
    person.refresh_from_db()
    assert person.photo is not None
    return Image.open(BytesIO(bytes(person.photo.content)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_small_square(kind: str) -> None:
    person = PersonFactory.create()
    client = as_person(person)
    assert upload(client, picture(kind)).status_code == 302
    image = kept(person)
    assert (image.format, image.size) == ("WEBP", (400, 400))
    left, right = image.convert("RGB").getpixel((20, 200)), image.convert("RGB").getpixel((380, 200))
    assert left[2] > 150 > left[0]  # type: ignore[index, operator]
    assert right[0] > 150 > right[2]  # type: ignore[index, operator]
    assert "Your photo is saved." in client.get("/account/photo/").content.decode()


def png_that_says(width: int, height: int) -> bytes:
    """Return a tiny file that unpacks to a huge picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
BAD = {
    "SVG": (SVG, "no picture that can be read"),
    "page named as a picture": (HTML, "no picture that can be read"),
    "picture before a page, cut": (picture()[:100] + HTML, "no picture that can be read"),
    "truncated PNG": (picture()[:-400], "no picture that can be read"),
    "truncated JPEG": (picture("JPEG")[:700], "no picture that can be read"),
    "GIF": (picture("GIF"), "no picture that can be read"),
    "TIFF": (picture("TIFF"), "no picture that can be read"),
    "bomb": (png_that_says(60_000, 60_000), "no picture that can be read"),
    "smaller bomb": (png_that_says(9_000, 9_000), "more than 30 million pixels"),
    "bomb that warns": (png_that_says(12_000, 12_000), ""),
    "huge file": (picture() + b"\0" * (5 * 2**20), "larger than 5 MB"),
    "empty": (b"", "empty"),
    "noughts": (b"\0" * 1000, "no picture that can be read"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_fit_picture_is_refused_in_a_sentence(name: str) -> None:
    content, words = BAD[name]
    person = PersonFactory.create()
    page = upload(as_person(person), content, "me.jpg", "image/jpeg")
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert words in page.content.decode()
    assert not Photo.objects.exists()


def test_no_file_is_refused_in_a_sentence() -> None:
    page = as_person(PersonFactory.create()).post("/account/photo/")
    assert "This field is required." in page.content.decode()


def test_a_refused_picture_leaves_the_old_one() -> None:
    person = PersonFactory.create()
    client = as_person(person)
    upload(client, picture())
    before = bytes(Photo.objects.get().content)
    upload(client, SVG)
    assert bytes(Photo.objects.get().content) == before


def test_of_a_huge_upload_only_the_beginning_is_stored() -> None:
    page = upload(as_person(PersonFactory.create()), b"\0" * (20 * 2**20))
    file = page.wsgi_request.FILES["photo"]
    assert photos.MOST_BYTES < file.size < photos.MOST_BYTES + 2**20


def test_nothing_is_left_of_what_the_camera_knew() -> None:
    exif = Image.Exif()
    exif[CAMERA] = "Spy cam"
    exif.get_ifd(GPS)[1] = "N"
    content = picture("JPEG", exif=exif, comment=b"secret", icc_profile=b"profile")
    assert b"Spy cam" in content
    person = PersonFactory.create()
    upload(as_person(person), content)
    image = kept(person)
    assert dict(image.getexif()) == {}
    assert set(image.info) <= {"loop", "background", "timestamp", "duration"}
    for secret in (b"Spy cam", b"secret", b"profile", b"EXIF", b"XMP"):
        assert secret not in bytes(Photo.objects.get().content)


def test_a_picture_is_turned_as_the_camera_was_held() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 3  # upside down
    person = PersonFactory.create()
    upload(as_person(person), picture("JPEG", exif=exif))
    left = kept(person).convert("RGB").getpixel((20, 200))
    assert left[0] > 150 > left[2]  # type: ignore[index, operator]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_moves_is_stopped_at_its_first_picture(kind: str) -> None:
    frames = [Image.new("RGB", (300, 300), colour) for colour in (RED, BLUE)]
    written = BytesIO()
    frames[0].save(written, kind, save_all=True, append_images=frames[1:], duration=100)
    person = PersonFactory.create()
    upload(as_person(person), written.getvalue())
    image = kept(person)
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((200, 200))[0] > 150  # type: ignore[index, operator]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_every_way_of_storing_colours_is_understood(mode: str) -> None:
    written = BytesIO()
    Image.new(mode, (50, 70)).save(written, "PNG")
    person = PersonFactory.create()
    upload(as_person(person), written.getvalue())
    assert kept(person).size == (400, 400)


def test_a_new_photo_replaces_the_old_one_and_the_same_one_changes_nothing() -> None:
    person = PersonFactory.create()
    client = as_person(person)
    upload(client, picture())
    first = Photo.objects.get().name
    upload(client, picture())
    assert Photo.objects.get().name == first
    upload(client, picture(size=(100, 300)))
    assert Photo.objects.get().name != first
    assert client.get(f"/account/photos/{first}.webp").status_code == 404


def test_a_photo_is_removed_and_removing_it_again_is_fine() -> None:
    person = PersonFactory.create()
    client = as_person(person)
    upload(client, picture())
    assert client.get("/account/photo/remove/").status_code == 405
    assert Photo.objects.exists()
    for _ in range(2):
        assert client.post("/account/photo/remove/").status_code == 302
    person.refresh_from_db()
    assert (person.photo, Photo.objects.count()) == (None, 0)


def test_the_same_picture_of_two_people_is_two_photos() -> None:
    one, other = PersonFactory.create(), PersonFactory.create()
    for person in (one, other):
        upload(as_person(person), picture())
    as_person(one).post("/account/photo/remove/")
    assert Photo.objects.get().person == other


def test_a_picture_is_sent_as_nothing_else_and_may_be_kept() -> None:
    person = PersonFactory.create()
    upload(as_person(person), picture())
    address = Photo.objects.get().get_absolute_url()
    for client in (Client(), as_person(person)):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/webp"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
        assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_photo_cannot_be_guessed_from_its_owner() -> None:
    person = PersonFactory.create()
    upload(as_person(person), picture())
    name = Photo.objects.get().name
    assert len(name) == 64
    for guess in (str(person.pk), person.email, name[:-1], name.upper(), "a\x00b", "x" * 5000):
        assert Client().get(f"/account/photos/{guess}.webp").status_code == 404


def test_visitors_cannot_put_in_or_remove_photos() -> None:
    for address in ("/account/photo/", "/account/photo/remove/"):
        assert Client().post(address).url.startswith("/account/login/")


def test_without_a_photo_there_are_initials_on_a_colour_that_stays() -> None:
    person = PersonFactory.create(first_name="Řehoř", last_name="Malý")
    page = as_person(person).get("/account/profile/").content.decode()
    assert f'<span class="avatar avatar-{person.pk % 6}" aria-hidden="true">ŘM</span>' in page
    upload(as_person(person), picture())
    page = as_person(person).get("/account/profile/").content.decode()
    assert Photo.objects.get().get_absolute_url() in page
    assert "style=" not in page
