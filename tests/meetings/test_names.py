"""Everyone reads skills, kinds of service, Expertises and reasons in their own language, everywhere."""

import html
from typing import Any

import pytest
import vobject
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone, translation

from accounts.models import Expertise, ServiceKind, User
from meetings import defaults
from meetings.models import Event, Meeting, Reason
from meetings.notices.timeline import timeline
from meetings.video import rooms
from meetings.vocabulary import Action, Role
from notifications import mails
from notifications.models import Notification
from tests.calendars import received
from tests.factories import (
    ExpertFactory,
    ExpertiseFactory,
    PersonFactory,
    ReasonFactory,
    ServiceFactory,
    ServiceKindFactory,
    SkillFactory,
)
from tests.meetings.scenarios import CREDITS, act, agreed, suggest

pytestmark = pytest.mark.django_db

LANGUAGES = ("en", "de", "cs", "sk")
FIELD = dict(zip(LANGUAGES, ("Bookkeeping", "Rechnungswesen", "Vedení účtů", "Vedenie účtov"), strict=True))
SKILL = dict(zip(LANGUAGES, ("Accounting", "Buchhaltung", "Účetnictví", "Účtovníctvo"), strict=True))
KIND = dict(zip(LANGUAGES, ("Expert Advice", "Fachberatung", "Konzultace", "Konzultácia"), strict=True))
REASON = dict(zip(LANGUAGES, ("No time", "Keine Zeit", "Není čas", "Nie je čas"), strict=True))


def named(words: dict[str, str]) -> dict[str, str]:
    return {"name" if language == "en" else f"name_{language}": word for language, word in words.items()}


def people_who_read(student: str, expert: str) -> dict[str, Any]:
    """Return a student and a service, of people who read these languages."""
    skill = SkillFactory.create(expertise=ExpertiseFactory.create(**named(FIELD)), **named(SKILL))
    profile = ExpertFactory.create(user__language=expert, skills=[skill])
    return {
        "student": PersonFactory.create(language=student, credits=CREDITS),
        "service": ServiceFactory.create(expert=profile, kind=ServiceKindFactory.create(**named(KIND))),
    }


def seen(person: User, address: str) -> str:
    """Return what a page says to a person."""
    client = Client()
    client.force_login(person)
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def says(page: str, words: dict[str, str], language: str) -> bool:
    """Whether a page has the word of this language, and that of no other."""
    return [one for one, word in words.items() if word in page] == [language]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ["/experts/", "/meetings/", "/", "{expert}", "{expert}suggest/"])
def test_the_catalogue_is_read_in_ones_own_language(language: str, address: str) -> None:
    there = people_who_read(language, "en")
    expert = there["service"].expert
    page = seen(there["student"], address.format(expert=expert.get_absolute_url()))
    assert says(page, SKILL, language)
    if address in ("/experts/", "{expert}", "{expert}suggest/"):
        assert says(page, KIND, language)
    if address in ("/experts/", "/meetings/", "/"):
        assert says(page, FIELD, language)


@pytest.mark.parametrize(
    ("typed", "language"), [("Buchhaltung", "cs"), ("accounting", "sk"), ("ucetnictvi", "de")]
)
def test_experts_are_found_by_a_skills_name_in_another_language(typed: str, language: str) -> None:
    there = people_who_read(language, "en")
    page = seen(there["student"], f"/experts/?q={typed}")
    assert there["service"].expert.user.name in page
    assert f">{SKILL[language]}<" in page


@pytest.mark.parametrize(("own", "others"), [("de", "cs"), ("cs", "sk"), ("sk", "en")])
def test_both_parties_read_the_same_meeting_in_their_own_languages(own: str, others: str) -> None:
    meeting = suggest(**people_who_read(own, others), now=timezone.now())
    act(meeting, Action.REJECT, Role.EXPERT, now=timezone.now(), reason=ReasonFactory.create(**named(REASON)))
    for role, language in ((Role.USER, own), (Role.EXPERT, others)):
        page = seen(meeting.person(role), meeting.get_absolute_url())
        assert all(says(page, words, language) for words in (SKILL, KIND, FIELD, REASON))
        assert says(seen(meeting.person(role), "/meetings/all/"), SKILL, language)


@pytest.mark.parametrize(("own", "others"), [("de", "cs"), ("cs", "sk"), ("sk", "en")])
def test_notifications_and_mails_are_in_the_language_of_their_recipient(own: str, others: str) -> None:
    meeting = suggest(**people_who_read(own, others), now=timezone.now())
    act(meeting, Action.REJECT, Role.EXPERT, now=timezone.now(), reason=ReasonFactory.create(**named(REASON)))
    told = {note.kind: note for note in Notification.objects.all()}
    suggested, rejected = told["suggested_by_user"], told["rejected_by_expert"]
    assert says(str(mails.mail_for(suggested).body), SKILL, others)
    assert says(str(mails.mail_for(rejected).body), SKILL, own)
    assert says(str(mails.mail_for(rejected).body), REASON, own)
    assert says(seen(meeting.student, "/notifications/"), REASON, own)
    assert says(seen(meeting.expert, "/notifications/"), SKILL, others)


@pytest.mark.parametrize(("own", "others"), [("de", "cs"), ("cs", "sk"), ("sk", "en")])
def test_calendars_name_the_skill_in_the_language_of_their_owner(own: str, others: str) -> None:
    meeting = agreed(**people_who_read(own, others), now=timezone.now())
    for role, language in ((Role.USER, own), (Role.EXPERT, others)):
        client = Client()
        client.force_login(meeting.person(role))
        file = client.get(f"{meeting.get_absolute_url()}calendar.ics").content.decode()
        mailed = received(meeting, role)[-1].event
        assert SKILL[language] in vobject.readOne(file).vevent.summary.value == mailed.summary.value


@pytest.mark.parametrize(
    ("own", "others", "shown"), [("cs", "cs", "cs"), ("de", "sk", "en"), ("en", "en", "en")]
)
def test_a_room_is_named_in_the_language_that_both_read(own: str, others: str, shown: str) -> None:
    meeting = agreed(**people_who_read(own, others))
    with translation.override("de"):
        assert rooms.room(meeting, 0).title == SKILL[shown]


def test_a_new_name_does_not_change_what_was_said() -> None:
    meeting = suggest(**people_who_read("de", "cs"))
    reason = ReasonFactory.create(**named(REASON))
    act(meeting, Action.REJECT, Role.EXPERT, reason=reason)
    Reason.objects.update(name="I won", name_de="Gewonnen", name_cs="Výhra")
    with translation.override("cs"):
        assert [line.words for line in timeline(meeting) if line.words] == [REASON["cs"]]
    told = Notification.objects.get(kind="rejected_by_expert")
    assert says(str(mails.mail_for(told).body), REASON, "de")


def test_what_was_told_before_there_were_languages_is_still_read() -> None:
    agreed()
    note = Notification.objects.get(kind="confirmed_by_expert")
    note.facts["skill"] = "Masonry"
    mail = mails.mail_for(note)
    assert "Masonry" in str(mail.body)
    assert "Masonry" in str(mail.alternatives[1][0])


def test_only_rejections_keep_a_reason() -> None:
    meeting = agreed()
    act(meeting, Action.CANCEL, Role.EXPERT, words="ill")
    assert not [event for event in Event.objects.all() if "reason" in event.facts]
    assert [line.words for line in timeline(meeting) if line.words] == ["ill"]


@pytest.mark.parametrize("language", ["de", "cs", "sk"])
def test_defaults_have_names_in_every_language(language: str) -> None:
    defaults.fill()
    for model in (Reason, ServiceKind):
        assert not model.objects.filter(**{f"name_{language}": ""}).exists()


@pytest.mark.django_db(transaction=True)
def test_a_site_that_is_there_gets_its_translations_and_keeps_its_history() -> None:
    meeting = suggest()
    act(meeting, Action.REJECT, Role.EXPERT, reason=ReasonFactory.create())
    ServiceKind.objects.create(name="Our own kind")
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    try:
        executor.migrate([("meetings", "0003_video_rooms"), ("accounts", "0006_skills_renamed_while_chosen")])
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("UPDATE meetings_event SET facts = facts - 'reason'")
            cursor.execute("SET session_replication_role = origin")
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(leaves)
    reason = Reason.objects.get()
    assert (reason.name_de, reason.name_cs) == ("Der Termin passt mir nicht", "Termín mi nevyhovuje")
    assert ServiceKind.objects.get(name="Expert Advice").name_sk == "Odborná konzultácia"
    assert ServiceKind.objects.get(name="Our own kind").name_de == ""
    event = Event.objects.exclude(reason=None).get()
    assert event.facts["reason"] == reason.names
    with pytest.raises(Exception, match="Cannot update rows"):
        Event.objects.filter(pk=event.pk).update(facts={})


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(PersonFactory.create(is_staff=True, is_superuser=True))
    return client


def test_operators_see_what_is_not_translated(operator: Client) -> None:
    Expertise.objects.create(name="Law", slug="law", name_de="Recht", name_cs="Právo", name_sk="Právo")
    Expertise.objects.create(
        name="Art", slug="art", name_cs="Umění", description="Paint", description_sk="Farby"
    )
    rows = operator.get("/admin/accounts/expertise/").context["cl"].result_list
    page = operator.get("/admin/accounts/expertise/").content.decode()
    assert [row.name for row in rows] == ["Art", "Law"]
    assert '<td class="field-missing">German, Czech, Slovak</td>' in page
    assert '<td class="field-missing">-</td>' in page or '<td class="field-missing"></td>' in page


@pytest.mark.parametrize(
    ("address", "model"),
    [
        ("accounts/skill", SkillFactory),
        ("accounts/servicekind", ServiceKindFactory),
        ("meetings/reason", ReasonFactory),
    ],
)
def test_operators_write_and_find_all_four_names(operator: Client, address: str, model: Any) -> None:
    row = model.create(**named(SKILL))
    form = operator.get(f"/admin/{address}/{row.pk}/change/").content.decode()
    assert [word for word in SKILL.values() if f'value="{word}"' in form] == list(SKILL.values())
    for word in SKILL.values():
        found = operator.get(f"/admin/{address}/", {"q": word}).context["cl"].result_list
        assert [one.pk for one in found] == [row.pk]


def test_meetings_are_not_asked_for_names_one_by_one() -> None:
    """Names stand in the rows themselves: a list asks for no more than before."""
    meeting = agreed(**people_who_read("de", "cs"))
    row = Meeting.objects.select_related("skill__expertise").get(pk=meeting.pk)
    with translation.override("cs"), connection.execute_wrapper(_no_queries):
        assert (row.skill.label, row.skill.expertise.label) == (SKILL["cs"], FIELD["cs"])


def _no_queries(*_args: Any) -> None:
    raise AssertionError("asked the database")
