"""Every kind of notification as the mail that its recipient opens."""

import re
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.models import User
from accounts.times import zones
from meetings import links
from meetings.models import Meeting
from meetings.notices import reminders
from meetings.vocabulary import Action, Role, Status
from notifications import mails
from notifications.kinds import all_kinds
from notifications.models import Notification
from tests.factories import PersonFactory, ServiceFactory, SkillFactory
from tests.meetings.scenarios import DAY, HOUR, act, agreed, suggest, with_alternative

pytestmark = pytest.mark.django_db


SITE = "https://expertim.example"
TAGS = {"html", "head", "meta", "title", "style", "body", "div", "p", "h1", "a"}
PAGES = {
    "meeting_link": "meetings:join",
    "progress_reminder": "meetings:act",
    "video_link_wanted": "meetings:own_link",
    "video_failing": "admin:meetings_videoroom_change",
}
NASTY = [
    "<script>alert(1)</script>",
    "\"Quote\" & 'Apo' <b>",
    "Žofie Řeřichová-Ďurišová",
    "שלום עולם",
    "Petr\r\nBcc: everyone@example.com\r\n\r\nPay here",
    "Petr\u202emoc.live\u2028Subject: x\x00"[:-1],
]


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = SITE


def sent(notification: Notification) -> EmailMessage:
    """Return the mail as the recipient's program reads it."""
    written = mails.mail_for(notification).message().as_bytes(linesep="\r\n")
    parsed = BytesParser(policy=policy.default).parsebytes(written)
    assert isinstance(parsed, EmailMessage)
    return parsed


def content(part: Any) -> str:
    found = part.get_content()
    words = found.decode() if isinstance(found, bytes) else str(found)
    return words.replace("\r\n", "\n")


def part(mail: EmailMessage, sort: str) -> str:
    (found,) = [part for part in mail.walk() if part.get_content_type() == sort]
    return content(found)


def plain(notification: Notification) -> str:
    return part(sent(notification), "text/plain")


class Page(HTMLParser):
    """What a reader sees of an HTML mail: words, links, and which elements there are."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words = ""
        self.links: list[str] = []
        self.tags: set[str] = set()
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._hidden = tag in ("style", "title")
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        self.words += "" if self._hidden else data


def html(notification: Notification) -> Page:
    return Page(part(sent(notification), "text/html"))


def told(kind: str, recipient: User | None = None) -> Notification:
    rows = Notification.objects.filter(kind=kind).select_related("recipient", "about")
    return rows.get(recipient=recipient) if recipient else rows.get()


def test_every_kind_becomes_a_mail_fit_to_read(everything_told: list[Notification]) -> None:
    one_of_each = {(note.kind, note.facts.get("role")): note for note in everything_told}
    assert {kind for kind, _role in one_of_each} == set(all_kinds())
    for note in one_of_each.values():
        assert_headers(note)
        assert_text(note)
        assert_html(note)
        assert_button_leads_somewhere(note)
        assert_no_secret_but_the_own(note)
        again = Notification.objects.get(pk=note.pk)
        assert sent(again)["Message-ID"] == sent(note)["Message-ID"]
    ids = {sent(note)["Message-ID"] for note in one_of_each.values()}
    assert len(ids) == len(one_of_each)


def assert_headers(note: Notification) -> None:
    mail = sent(note)
    assert mail["Subject"] == str(all_kinds()[note.kind].title), note.kind
    assert mail["To"] == note.recipient.email
    assert mail["From"] == settings.DEFAULT_FROM_EMAIL
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<notification-{note.pk}@expertim.example>"
    sorts = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert sorts[:2] == ["text/plain", "text/html"], note.kind
    assert mail.defects == []


def assert_text(note: Notification) -> None:
    text = plain(note)
    assert not re.search(r"&\w+;|&#|</?\w+>|[{}]|None", text), text
    lines = text.splitlines()
    # Where the mail can be switched off, a line more says where.
    more = [True, False] if all_kinds()[note.kind].is_optional else []
    shape = [True, False, True, False, True, False, *more, True, True]
    assert [bool(line.strip()) for line in lines] == shape, text
    assert lines[0] == f"Dear {note.recipient.first_name},", note.kind
    assert lines[4].startswith(f"{all_kinds()[note.kind].button}: {SITE}/")
    assert lines[-2] == f"All times are in your zone, {note.recipient.time_zone}."


def assert_html(note: Notification) -> None:
    """One button, the same words as in the text, and nothing that is loaded or run."""
    page, text = html(note), plain(note)
    link, *choice = page.links
    assert choice == ([f"{SITE}/account/mails/"] if all_kinds()[note.kind].is_optional else []), note.kind
    assert f"{all_kinds()[note.kind].button}: {link}\n" in text, note.kind
    seen = " ".join(page.words.split())
    for line in (0, 2, -2):
        assert text.splitlines()[line] in seen, note.kind
    assert str(all_kinds()[note.kind].button) in seen
    assert page.tags == TAGS


def assert_button_leads_somewhere(note: Notification) -> None:
    page = html(note).links[0].removeprefix(SITE)
    client = Client()
    client.force_login(note.recipient)
    assert client.get(page).status_code in (200, 302), (note.kind, page)
    expected = PAGES.get(note.kind) or (
        "credits:account" if note.reference == "account" else "meetings:detail"
    )
    found = resolve(page)
    assert found.view_name == expected, note.kind
    if "token" not in found.kwargs:
        number = found.kwargs.get("pk", found.kwargs.get("object_id", ""))
        assert str(number) == note.reference.partition(":")[2], note.kind


def assert_no_secret_but_the_own(note: Notification) -> None:
    """No mail tells the address of the video room, or a join link that is not its recipient's."""
    whole = "".join(content(part) for part in sent(note).walk() if not part.is_multipart())
    assert settings.VIDEO["JITSI_URL"] not in whole
    facts, own = note.facts, set()
    if note.kind == "meeting_link":
        own = {links.link_for(int(note.reference[8:]), Role(facts["role"]), facts["date_version"])}
    assert set(re.findall(r"/join/[^\s\"<]+", whole)) == own, note.kind


def test_the_join_link_is_the_recipients_own_and_of_the_date() -> None:
    meeting = with_alternative(Role.USER)
    act(meeting, Action.CONFIRM_ALTERNATIVE, Role.EXPERT)
    meeting = Meeting.objects.get(pk=meeting.pk)
    reminders.send_due(meeting.starts_at - HOUR)
    mailed = {
        role: html(told("meeting_link", meeting.person(role))).links for role in (Role.USER, Role.EXPERT)
    }
    assert mailed == {role: [SITE + links.link(meeting, role)] for role in mailed}
    assert meeting.date_version == 2
    assert mailed[Role.USER] != mailed[Role.EXPERT]


def test_the_progress_reminder_leads_to_the_page_for_it() -> None:
    meeting = agreed()
    reminders.send_due(meeting.ends_at + DAY)
    page = reverse("meetings:act", args=[meeting.pk, Action.RECORD])
    assert html(told("progress_reminder", meeting.expert)).links == [SITE + page]


@pytest.mark.parametrize(
    ("zone", "style", "when"),
    [
        ("Europe/Prague", "d.m.Y", "Fri 27.11.2026 10:00 (Prague)"),
        ("America/New_York", "m/d/Y", "Fri 11/27/2026 04:00 (New York)"),
        ("Pacific/Kiritimati", "Y-m-d", "Fri 2026-11-27 23:00 (Kiritimati)"),
        ("Pacific/Pago_Pago", "Y-m-d", "Thu 2026-11-26 22:00 (Pago Pago)"),
    ],
)
def test_times_are_in_the_recipients_zone_and_format(zone: str, style: str, when: str) -> None:
    student = PersonFactory.create(credits=100, time_zone=zone, date_format=style)
    meeting = agreed(student=student)
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        note = told("confirmed_by_expert")
        for words in (plain(note), html(note).words):
            assert when in words
            assert f"All times are in your zone, {zones.in_words(zone)}." in words
    assert meeting.starts_at == datetime(2026, 11, 27, 9, 0, tzinfo=ZoneInfo("UTC"))


def _with_names(name: str) -> Meeting:
    student = PersonFactory.create(credits=100, first_name=name, last_name=name)
    service = ServiceFactory.create()
    service.expert.user.first_name = service.expert.user.last_name = name
    service.expert.user.save()
    service.expert.skills.set([SkillFactory.create(name=name)])
    return suggest(student=student, service=service)


@pytest.mark.parametrize("name", NASTY)
def test_names_and_skills_stay_words(name: str) -> None:
    meeting = _with_names(name)
    act(meeting, Action.CONFIRM, Role.EXPERT)
    act(meeting, Action.CANCEL, Role.EXPERT, words=name)
    tame = mails.in_one_line(name)
    for note in Notification.objects.exclude(kind="credits_granted").select_related("recipient", "about"):
        mail, page = sent(note), html(note)
        assert set(mail.keys()) == {
            "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted",
        }  # fmt: skip
        assert mail["Subject"] == str(all_kinds()[note.kind].title)
        assert f"Dear {tame}," in plain(note)
        assert f"Dear {tame}," in page.words
        assert len(plain(note).splitlines()) == 8
        assert page.tags == TAGS
        raw = mails.mail_for(note).message().as_bytes()
        assert not re.search(rb"(?m)^(Bcc|Subject): (everyone|x)", raw)
    assert meeting.status == Status.AWAITING


@pytest.mark.parametrize("name", NASTY)
def test_one_line_is_one_line(name: str) -> None:
    words = mails.in_one_line(name)
    assert words.splitlines() == [words]
    assert not re.search(r"[\x00-\x1f\u202e\u2028]", words)


def test_a_subject_never_breaks() -> None:
    mail = EmailMultiAlternatives(subject=mails.in_one_line("Meeting\r\nBcc: x@example.com"))
    assert mail.message()["Subject"] == "Meeting Bcc: x@example.com"


def test_who_gave_no_name_is_greeted_all_the_same() -> None:
    person = PersonFactory.create(first_name="", last_name="", credits=5)
    note = Notification.objects.get(recipient=person)
    assert plain(note).startswith("Hello,\n\n")
    assert "Hello," in html(note).words


def test_long_words_keep_within_what_mail_servers_take() -> None:
    meeting = agreed()
    act(meeting, Action.CANCEL, Role.USER, words="ě" * 1000)
    raw = mails.mail_for(told("canceled_by_user")).message().as_bytes(linesep="\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert "ě" * 1000 in plain(told("canceled_by_user"))


def test_a_site_without_a_name_still_names_its_mails(settings: Any) -> None:
    settings.SITE_URL = ""
    person = PersonFactory.create(credits=5)
    assert mails.message_id(Notification.objects.get(recipient=person)).endswith("@localhost>")


def test_a_kind_that_an_older_version_told_is_not_mailed() -> None:
    note = Notification.objects.filter(reference=agreed().reference).earliest("pk")
    note.kind = "kind_of_an_older_version"
    with pytest.raises(mails.Moot, match="no longer sent"):
        mails.write(note, timezone.now())
