"""After `manage.py reencrypt` a former key can be dropped, and nothing that is stored is lost."""

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from meetings.models import Meeting, VideoRoom
from meetings.video import encryption, outbox, rooms
from meetings.vocabulary import PARTIES
from tests.factories import TOTP_SECRET, PersonFactory
from tests.meetings.scenarios import agreed

pytestmark = pytest.mark.django_db

LINK, NEW_KEY = "https://meet.example.org/room", "n" * 50
SAID = (
    "Links to meetings: {0} encrypted anew, {1} were already.\n"
    "Second factors: {0} encrypted anew, {1} were already.\n"
    "Recovery codes: {0} encrypted anew, {1} were already.\n"
)


def reencrypt() -> str:
    said = StringIO()
    call_command("reencrypt", stdout=said)
    return said.getvalue()


@pytest.fixture
def meeting() -> Meeting:
    meeting = agreed(now=timezone.now())
    outbox.put_in_link(meeting, LINK, timezone.now())
    return meeting


@pytest.fixture
def person() -> User:
    person: User = PersonFactory.create()
    TOTP.activate(person, TOTP_SECRET)
    RecoveryCodes.activate(person)
    return person


def codes(person: User) -> list[str]:
    kept = Authenticator.objects.get(user=person, type=Authenticator.Type.RECOVERY_CODES)
    return list(RecoveryCodes(kept).get_unused_codes())


def secret(person: User) -> str:
    return str(decrypt(Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP).data["secret"]))


def test_the_former_key_can_be_dropped(meeting: Meeting, person: User, settings: Any) -> None:
    used = codes(person)[0]
    kept = Authenticator.objects.get(user=person, type=Authenticator.Type.RECOVERY_CODES)
    assert RecoveryCodes(kept).validate_code(used)
    before = codes(person)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, [settings.SECRET_KEY]
    assert reencrypt() == SAID.format(1, 0)
    settings.SECRET_KEY_FALLBACKS = []
    assert outbox.own_link(VideoRoom.objects.get(pk=meeting.pk)) == LINK
    assert secret(person) == TOTP_SECRET
    assert codes(person) == before
    assert used not in before


def test_without_it_all_would_be_lost(meeting: Meeting, person: User, settings: Any) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, []
    with pytest.raises(encryption.Unreadable):
        outbox.own_link(VideoRoom.objects.get(pk=meeting.pk))
    assert secret(person) != TOTP_SECRET


def test_again_changes_nothing(meeting: Meeting, person: User, settings: Any) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, [settings.SECRET_KEY]
    reencrypt()
    before = [list(VideoRoom.objects.values()), list(Authenticator.objects.values())]
    assert reencrypt() == SAID.format(0, 1)
    assert [list(VideoRoom.objects.values()), list(Authenticator.objects.values())] == before


def test_what_no_key_opens_is_named_and_stays(meeting: Meeting, person: User, settings: Any) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, []
    before = VideoRoom.objects.get(pk=meeting.pk).sealed_link
    said = StringIO()
    with pytest.raises(CommandError, match="3 cannot be read"):
        call_command("reencrypt", stdout=said)
    assert f"None of the keys opens: {meeting.pk}." in said.getvalue()
    assert VideoRoom.objects.get(pk=meeting.pk).sealed_link == before


def test_a_link_that_was_changed_meanwhile_is_not_overwritten(meeting: Meeting, settings: Any) -> None:
    before = VideoRoom.objects.get(pk=meeting.pk).sealed_link
    VideoRoom.objects.filter(pk=meeting.pk).update(sealed_link="newer")
    assert not encryption._replace(meeting.pk, before, "older")
    assert VideoRoom.objects.get(pk=meeting.pk).sealed_link == "newer"


def test_rooms_keep_their_names_while_the_former_key_is_known(meeting: Meeting, settings: Any) -> None:
    """Else the two parties of a meeting that runs would be led to two rooms."""
    name, people = (
        rooms.room_name(meeting.pk, 1),
        [rooms.participant_id(meeting.pk, 1, role) for role in PARTIES],
    )
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, [settings.SECRET_KEY]
    assert rooms.room_name(meeting.pk, 1) == name
    assert [rooms.participant_id(meeting.pk, 1, role) for role in PARTIES] == people
    settings.SECRET_KEY_FALLBACKS = []
    assert rooms.room_name(meeting.pk, 1) != name
