"""Mails as files, where no mail server is set."""

from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection, send_mail
from django.utils import timezone

from notifications import delivery, mails
from notifications.models import MailState, Notification
from tests.factories import PersonFactory
from tests.meetings.scenarios import agreed

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "notifications.eml.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "not yet" / "there"
    return Path(settings.EMAIL_FILE_PATH)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_each_mail_becomes_a_file_of_its_own(folder: Path) -> None:
    PersonFactory.create(credits=5)
    PersonFactory.create(credits=5)
    assert delivery.deliver_due(timezone.now) == 2
    rows = Notification.objects.order_by("pk")
    assert names(folder) == sorted(f"notification-{row.pk}.eml" for row in rows)
    assert {row.mail_state for row in rows} == {MailState.SENT}


def test_a_file_is_readable_as_it_is_and_as_a_mail(folder: Path) -> None:
    person = PersonFactory.create(first_name="Žofie", credits=5)
    delivery.deliver_due(timezone.now)
    (file,) = folder.iterdir()
    as_text = file.read_text(encoding="utf-8")
    assert "Subject: Credits granted\n" in as_text
    assert "\n\nDear Žofie,\n\nYou received 5 credits.\n" in as_text
    mail = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
    assert mail["To"] == person.email
    assert [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "text/html"]


def test_sent_again_it_is_the_same_file(folder: Path) -> None:
    PersonFactory.create(credits=5)
    note = Notification.objects.get()
    for _ in range(2):
        assert get_connection().send_messages([mails.mail_for(note)]) == 1
    assert names(folder) == [f"notification-{note.pk}.eml"]


def test_an_invitation_comes_whole(folder: Path) -> None:
    agreed(now=timezone.now())
    delivery.deliver_due(timezone.now)
    note = Notification.objects.get(kind="confirmed_by_expert")
    parsed = BytesParser(policy=policy.default).parsebytes(
        (folder / f"notification-{note.pk}.eml").read_bytes()
    )
    sorts = [part.get_content_type() for part in parsed.walk() if not part.is_multipart()]
    assert sorts == ["text/plain", "text/html", "text/calendar", "application/ics"]


@pytest.mark.parametrize("name", ["../../up", "/etc/passwd", "a/b", "..", ""])
def test_no_name_leads_out_of_the_folder(folder: Path, name: str) -> None:
    headers = {"Message-ID": f"<{name}@example.com>"}
    EmailMessage("s", "b", "a@example.com", ["b@example.com"], headers=headers).send()
    (file,) = folder.iterdir()
    assert file.is_file()
    assert file.suffix == ".eml"
    assert [path for path in folder.parent.rglob("*") if path.is_file()] == [file]


def test_other_mails_become_files_too(folder: Path) -> None:
    send_mail("Hello", "Words", None, ["someone@example.com"])
    (file,) = folder.iterdir()
    assert "Words" in file.read_text()


def test_a_folder_that_cannot_be_made_postpones_the_mail(settings: Any, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "notifications.eml.EmailBackend", in_the_way / "mails"
    PersonFactory.create(credits=5)
    delivery.deliver_due(timezone.now)
    note = Notification.objects.get()
    assert (note.mail_state, note.mail_attempts) == (MailState.WAITING, 1)
    assert note.mail_problem
