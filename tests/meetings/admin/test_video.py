"""What operators see of video rooms, and how they help: by trying again, or with a link."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings import links
from meetings.models import Meeting, VideoRoom
from meetings.models.video import Trouble
from meetings.video import outbox
from meetings.video.platforms.base import Health, Misconfigured, Retryable
from meetings.vocabulary import PARTIES
from tests.factories import PersonFactory
from tests.meetings.scenarios import NOW, agreed
from tests.meetings.video.examined import Examined
from tests.meetings.video.platforms.standin import StandIn, fails
from tests.meetings.video.scripted_platforms import put_in_charge
from tests.pages import as_person, inline_code

pytestmark = pytest.mark.django_db

LIST = reverse("admin:meetings_videoroom_changelist")
CHECK = reverse("admin:meetings_videoroom_check")
LINK = "https://meet.example.org/MARKER"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Examined]:
    examined = Examined()
    put_in_charge(examined, settings, monkeypatch)
    cache.clear()
    yield examined
    cache.clear()


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True)


@pytest.fixture
def site(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


def operator_with(*rights: str) -> Client:
    person = PersonFactory.create(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return as_person(person)


def troubled(platform: StandIn, words: str = "The <platform> is down.") -> Meeting:
    """A meeting whose room could not be made three times."""
    meeting = agreed()
    platform.always = fails(Retryable(words))
    for times in range(3):
        outbox.work_off(lambda: NOW + times * 15 * MINUTE)  # noqa: B023 - used at once
    platform.always = None
    return meeting


def room(meeting: Meeting) -> VideoRoom:
    return VideoRoom.objects.get(meeting=meeting)


def try_again(site: Client, *meetings: Meeting) -> Any:
    chosen = {"action": "try_again", "_selected_action": [meeting.pk for meeting in meetings]}
    return site.post(LIST, chosen, follow=True)


def link_page(meeting: Meeting) -> str:
    return reverse("admin:meetings_videoroom_link", args=[meeting.pk])


# --- The list -------------------------------------------------------------------------------------------


def test_rooms_in_trouble_come_first_with_what_went_wrong(site: Client, platform: Examined) -> None:
    ill = troubled(platform)
    well = agreed()
    answer = site.get(LIST)
    assert [row.pk for row in answer.context["cl"].result_list] == [ill.pk, well.pk]
    first = answer.text.partition("<tbody>")[2].partition("</tr>")[0]
    assert "Is being tried again" in first
    assert "The &lt;platform&gt; is down." in first
    assert inline_code(answer.text) == []


@pytest.mark.parametrize("trouble", Trouble)
def test_rooms_are_filtered_by_who_can_help(site: Client, platform: Examined, trouble: Trouble) -> None:
    meetings = {each: agreed() for each in Trouble}
    for each, meeting in meetings.items():
        VideoRoom.objects.filter(meeting=meeting).update(trouble=each, troubled_since=NOW)
    found = site.get(LIST, {"trouble__exact": trouble}).context["cl"].result_list
    assert [row.pk for row in found] == [meetings[trouble].pk]


def test_a_meeting_is_found_by_its_number(site: Client) -> None:
    meeting, _other = agreed(), agreed()
    assert [row.pk for row in site.get(LIST, {"q": str(meeting.pk)}).context["cl"].result_list] == [
        meeting.pk
    ]


def test_the_list_asks_as_often_for_many_as_for_one(
    site: Client, platform: Examined, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        troubled(platform)
    with django_assert_max_num_queries(8):
        site.get(LIST)


def test_a_room_is_only_looked_at(site: Client) -> None:
    meeting = agreed()
    page = reverse("admin:meetings_videoroom_change", args=[meeting.pk])
    answer = site.get(page)
    assert (answer.status_code, inline_code(answer.text)) == (200, [])
    assert f'href="{link_page(meeting)}"' in answer.text
    assert site.post(page, {"platform": "zoom"}).status_code == 403
    assert site.get(reverse("admin:meetings_videoroom_add")).status_code == 403
    assert site.post(reverse("admin:meetings_videoroom_delete", args=[meeting.pk])).status_code == 403
    assert room(meeting).platform == "standin"


# --- Trying again ---------------------------------------------------------------------------------------


def test_a_room_is_tried_again_at_once_and_it_is_logged(
    site: Client, operator: User, platform: Examined
) -> None:
    ill, well = troubled(platform), agreed()
    with time_machine.travel(NOW + 31 * MINUTE, tick=False):
        site.force_login(operator)
        assert "1 video room is tried again." in try_again(site, ill).text
    assert (room(ill).due_at, room(ill).attempts) == (NOW + 31 * MINUTE, 0)
    outbox.work_off(lambda: NOW + 31 * MINUTE)
    assert (room(ill).trouble, room(ill).made_version) == ("", 1)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (operator, str(ill.pk))
    assert (
        entry.change_message
        == "Tried again: Is being tried again (The <platform> is down.) → waits for the platform."
    )
    assert not LogEntry.objects.filter(object_id=str(well.pk)).exists()


def test_looking_tries_nothing_again(site: Client, platform: Examined) -> None:
    ill = troubled(platform)
    before = room(ill).due_at
    site.get(LIST, {"action": "try_again", "_selected_action": ill.pk})
    assert room(ill).due_at == before


def test_trying_again_wants_the_right_and_the_csrf_token(operator: User, platform: Examined) -> None:
    ill = troubled(platform)
    looker = operator_with("view_videoroom")
    assert "try_again" not in looker.get(LIST).text
    try_again(looker, ill)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    assert try_again(strict, ill).status_code == 403
    assert room(ill).attempts == 3
    try_again(operator_with("view_videoroom", "change_videoroom"), ill)
    assert room(ill).attempts == 0


# --- A link ---------------------------------------------------------------------------------------------


def test_a_link_is_put_in_with_two_clicks_from_the_list(site: Client, operator: User) -> None:
    meeting = agreed()
    [address] = re.findall(
        r'<td class="field-put_in_link"><a class="nowrap" href="([^"]*)">Put in a link</a>',
        site.get(LIST).text,
    )
    form = site.get(address)
    assert (form.status_code, inline_code(form.text)) == (200, [])
    answer = site.post(
        address, {"link": LINK, "reason": "Ms. Malá called.", "key": form.context["form"]["key"].value()}
    )
    assert answer.status_code == 302
    assert outbox.own_link(room(meeting)) == LINK
    for role in PARTIES:
        with time_machine.travel(meeting.starts_at, tick=False):
            assert as_person(meeting.person(role)).post(links.link(meeting, role)).url == LINK


def put_in(site: Client, meeting: Meeting, link: str = LINK, reason: str = "Ms. Malá called.") -> Any:
    return site.post(link_page(meeting), {"link": link, "reason": reason, "key": str(uuid4())})


def test_who_put_in_a_link_and_why_is_logged_and_the_link_is_not(
    site: Client, operator: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    meeting = agreed()
    put_in(site, meeting)
    put_in(site, meeting, link="", reason="It works again.")
    entries = [(e.user, e.object_id, e.change_message) for e in LogEntry.objects.order_by("pk")]
    assert entries == [
        (
            operator,
            str(meeting.pk),
            "Link put in: the platform's room → a link of their own. Note: Ms. Malá called.",
        ),
        (
            operator,
            str(meeting.pk),
            "Link taken out: a link of their own → the platform's room. Note: It works again.",
        ),
    ]
    assert room(meeting).sealed_link == ""
    assert "MARKER" not in caplog.text
    for page in ("meetings_videoroom_history", "meetings_videoroom_change", "meetings_videoroom_link"):
        assert "MARKER" not in site.get(reverse(f"admin:{page}", args=[meeting.pk])).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reason": ""}, "This field is required."),
        ({"reason": "  "}, "This field is required."),
        ({"link": "http://meet.example.org/MARKER"}, "The link has to begin with https://"),
        ({"link": "javascript:alert(1)"}, "This is no link."),
    ],
)
def test_a_link_wants_a_reason_and_to_be_one(site: Client, typed: dict[str, str], sentence: str) -> None:
    meeting = agreed()
    answer = put_in(site, meeting, **typed)
    assert (answer.status_code, sentence in answer.text) == (409, True)
    assert typed.get("link", LINK) in answer.text, "what was typed is still there"
    assert room(meeting).sealed_link == ""
    assert not LogEntry.objects.exists()


def test_putting_in_a_link_wants_the_right_and_the_csrf_token(operator: User) -> None:
    meeting = agreed()
    for helpless in (operator_with("view_videoroom"), operator_with("view_videoroom", "add_videoroom")):
        assert "Put in a link" not in helpless.get(LIST).text
        assert helpless.get(link_page(meeting)).status_code == 403
        assert put_in(helpless, meeting).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    assert put_in(strict, meeting).status_code == 403
    for person in (meeting.expert, meeting.student):
        assert put_in(as_person(person), meeting).status_code in (302, 403)
    assert room(meeting).sealed_link == ""
    assert put_in(operator_with("change_videoroom", "view_videoroom"), meeting).status_code == 302
    assert room(meeting).sealed_link != ""


def test_a_meeting_without_a_room_has_no_page_for_a_link(site: Client) -> None:
    assert site.get(reverse("admin:meetings_videoroom_link", args=[10**9])).status_code == 404


# --- The card -------------------------------------------------------------------------------------------


def card(site: Client) -> str:
    html = site.get(LIST).text
    part = html[html.index('<h2 id="platform">') : html.index("Ask the platform now")]
    return " ".join(re.sub(r"<[^>]*>", "", part.replace("<li>", " ")).split())


def test_the_card_names_the_platform_and_says_that_it_was_not_asked(site: Client, platform: Examined) -> None:
    assert card(site).startswith(
        "Video platform: standin Not asked yet whether credentials and rights are in order."
    )
    assert platform.examinations == 0, "looking asks nothing"


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Health(True, ()), "In order when last asked, {at}."),
        (
            Health(True, ("All <rights> are there.",)),
            "In order when last asked, {at}. All &lt;rights&gt; are there.",
        ),
        (
            Health(False, ("No room.", "No rights.")),
            "Not in order when last asked, {at}. No room. No rights.",
        ),
        (Misconfigured("There is no Janus."), "Not in order when last asked, {at}. There is no Janus."),
    ],
)
def test_asked_now_the_platform_says_how_it_is(
    site: Client, platform: Examined, state: Any, words: str
) -> None:
    platform.state = state
    answer = site.post(CHECK)
    assert (answer.status_code, answer.url) == (302, LIST)
    assert card(site).startswith(
        "Video platform: standin " + words.format(at="Sun 22.11.2026 10:00 (Prague)")
    )
    assert inline_code(site.get(LIST).text) == []
    assert platform.examinations == 1


def test_the_platform_is_asked_by_post_alone(site: Client, platform: Examined) -> None:
    assert site.get(CHECK).status_code == 405
    assert platform.examinations == 0


def test_asking_the_platform_wants_the_right_and_the_csrf_token(operator: User, platform: Examined) -> None:
    assert operator_with("view_meeting").post(CHECK).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    assert strict.post(CHECK).status_code == 403
    assert as_person(PersonFactory.create()).post(CHECK).status_code in (302, 403)
    assert platform.examinations == 0
    assert operator_with("view_videoroom").post(CHECK).status_code == 302
    assert platform.examinations == 1


def test_a_platform_whose_check_has_a_bug_is_not_in_order(
    site: Client, platform: Examined, caplog: pytest.LogCaptureFixture
) -> None:
    platform.state = ZeroDivisionError("secret")
    site.post(CHECK)
    assert "Not in order when last asked" in card(site)
    assert "ZeroDivisionError. The log tells more." in card(site)
    assert "secret" not in card(site)
    assert "ZeroDivisionError" in caplog.text


def test_a_check_of_another_platform_tells_nothing_of_this_one(site: Client, settings: Any) -> None:
    site.post(CHECK)
    settings.VIDEO_PLATFORM = "practice"
    assert card(site).startswith("Video platform: practice Not asked yet")


def test_a_form_that_comes_twice_puts_the_link_in_and_logs_it_once(site: Client) -> None:
    meeting = agreed()
    typed = {"link": LINK, "reason": "Ms. Malá called.", "key": str(uuid4())}
    for _time in range(2):
        assert site.post(link_page(meeting), typed).status_code == 302
    assert LogEntry.objects.count() == 1
    other = site.post(link_page(meeting), typed | {"link": "https://meet.example.org/another"})
    assert other.status_code == 409
    assert "was sent before with other contents" in other.text
    assert outbox.own_link(room(meeting)) == LINK
