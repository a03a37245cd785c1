"""Two outages as operators meet them: a video platform that is down, and a mail that nobody took."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, Playwright, expect

from accounts.models import User
from meetings import links
from meetings.models import Meeting
from meetings.video import outbox
from meetings.video.platforms.base import Retryable
from meetings.vocabulary import PARTIES
from notifications import delivery
from notifications.models import MailState, Notification
from runner.browser import find_or_install
from tests import certificates, mailserver
from tests.browser.conftest import FLAGS, OpenPage
from tests.factories import PersonFactory
from tests.mailserver import MailServer
from tests.meetings.scenarios import agreed
from tests.meetings.video.platforms.standin import StandIn, fails
from tests.meetings.video.scripted_platforms import put_in_charge
from tests.webserver import HOST, Reply, WebServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ELSEWHERE = "meet.example.org"
LINK = f"https://{ELSEWHERE}/our-room"
MINUTE = timedelta(minutes=1)
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DEVICES: Any = pytest.mark.parametrize("device", [{}, PHONE], ids=["wide", "phone"])


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """Somebody else's site, as secure as ours must be before it leads there."""
    with WebServer(lambda _request: Reply(body=b"You are there.")) as server:
        server.secure(certificates.self_signed(tmp_path_factory.mktemp("elsewhere"), ELSEWHERE))
        yield server


@pytest.fixture(scope="module")
def chromium(driver: Playwright, elsewhere: WebServer) -> Iterator[Browser]:
    """A browser that finds that site on this machine."""
    map_host = f"--host-resolver-rules=MAP {ELSEWHERE} {HOST}:{elsewhere.port}"
    browser = driver.chromium.launch(executable_path=find_or_install(), args=[*FLAGS, map_host])
    yield browser
    browser.close()


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True)


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    down = StandIn()
    down.always = fails(Retryable("The platform does not answer."))
    put_in_charge(down, settings, monkeypatch)
    return down


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    with mailserver.running() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = mailserver.HOST, server.port
        yield server


def signed_in(page: Page, person: User, address: str) -> Page:
    client = Client()
    client.force_login(person)
    page.goto("/")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": page.url}]
    )
    page.goto(address)
    return page


def waiting(page: Page, words: str) -> Any:
    """What stands on the start page under these words."""
    return page.get_by_role("link", name=words)


def unready() -> Meeting:
    """A meeting about to begin, whose room the platform has not made at any attempt."""
    now = timezone.now()
    meeting = agreed(now=now, starts_in=10 * MINUTE)
    for attempt in range(3):
        outbox.work_off(lambda: now + attempt * 15 * MINUTE)  # noqa: B023 - used at once
    return meeting


@DEVICES
def test_while_the_platform_is_down_a_link_of_the_operator_leads_both_together(
    device: dict[str, Any], open_page: OpenPage, platform: StandIn, operator: User
) -> None:
    meeting = unready()
    desk = signed_in(open_page(**device), operator, "/admin/")
    expect(waiting(desk, "Video rooms in trouble")).to_have_text("1 Video rooms in trouble")
    waiting(desk, "Video rooms in trouble").click()
    expect(desk.locator("#result_list")).to_contain_text("The platform does not answer.")
    desk.get_by_role("link", name="Put in a link").click()
    desk.get_by_label("Link").fill(LINK)
    desk.get_by_label("Reason").fill("The platform is down.")
    desk.get_by_role("button", name="Save the link").click()
    expect(desk.locator(".messagelist")).to_contain_text("The personal links of both parties stay the same.")
    desk.goto("/admin/")
    expect(waiting(desk, "Video rooms in trouble")).to_have_text("0 Video rooms in trouble")

    for role in PARTIES:
        page = signed_in(open_page(ignore_https_errors=True), meeting.person(role), links.link(meeting, role))
        expect(page).to_have_url(LINK)
        expect(page.get_by_text("You are there.")).to_be_visible()


@DEVICES
def test_a_mail_that_was_given_up_is_sent_again_and_arrives(
    device: dict[str, Any], open_page: OpenPage, mail_server: MailServer, operator: User
) -> None:
    notification = given_up(mail_server)
    address = notification.recipient.email
    assert address not in mail_server.recipients()
    desk = signed_in(open_page(**device), operator, "/admin/")
    waiting(desk, "E-mails that were given up").click()
    row = desk.locator("#result_list tbody tr").filter(has_text=notification.recipient.name)
    expect(row).to_contain_text("550 No such person here")
    row.get_by_role("checkbox").check()
    desk.get_by_label("Action:").select_option(label="Send the e-mail again")
    mail_server.refused.clear()
    desk.get_by_role("button", name="Go").click()
    expect(desk.locator(".messagelist")).to_contain_text("1 e-mail is sent again.")
    delivery.deliver_due(timezone.now)
    assert mail_server.recipients().count(address) == 1
    desk.goto("/admin/")
    expect(waiting(desk, "E-mails that were given up")).to_have_text("0 E-mails that were given up")


def given_up(mail_server: MailServer) -> Notification:
    """A mail that the server refused at every attempt."""
    person = PersonFactory.create(credits=5)
    mail_server.refused.add(person.email)
    at = timezone.now()
    for pause in (timedelta(0), *delivery.PAUSES):
        at += pause
        delivery.deliver_due(lambda: at)  # noqa: B023 - used at once
    return Notification.objects.get(recipient=person, mail_state=MailState.FAILED)
