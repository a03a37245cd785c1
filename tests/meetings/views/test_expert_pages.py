"""Home, directory and the page of one expert: what visitors and people see."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ExpertProfile
from meetings.models import Review
from meetings.vocabulary import Action, Progress, Status
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory, SkillFactory
from tests.meetings.scenarios import BY_USER, DAY, act, after_end, agreed, make_meeting
from tests.pages import as_person

pytestmark = pytest.mark.django_db


def expert(**how: object) -> ExpertProfile:
    profile: ExpertProfile = ExpertFactory.create(**how)
    ServiceFactory.create(expert=profile)
    return profile


def names(client: Client, address: str) -> list[str]:
    return [found.user.last_name for found in client.get(address).context["experts"]]


def test_visitors_see_only_public_experts() -> None:
    public = expert(user__last_name="Public")
    hidden = expert(user__last_name="Hidden", is_public=False)
    visitor, person = Client(), as_person(PersonFactory.create())
    assert names(visitor, "/experts/") == ["Public"]
    assert names(person, "/experts/") == ["Hidden", "Public"]
    assert [visitor.get(e.get_absolute_url()).status_code for e in (public, hidden)] == [200, 404]
    assert person.get(hidden.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    "how", [{"is_approved": False}, {"user__is_active": False}], ids=["not approved", "blocked"]
)
def test_only_listed_experts_are_found(how: dict[str, object]) -> None:
    profile = expert(**how)
    client = as_person(PersonFactory.create())
    assert names(client, "/experts/") == []
    assert client.get(profile.get_absolute_url()).status_code == 404


def test_an_expert_without_an_active_service_is_not_listed() -> None:
    profile = expert()
    profile.services.update(is_active=False)
    assert names(as_person(PersonFactory.create()), "/experts/") == []


def test_who_had_a_meeting_with_an_expert_still_sees_their_page() -> None:
    meeting = agreed(now=timezone.now())
    ExpertProfile.objects.update(is_approved=False)
    client = as_person(meeting.student)
    page = client.get(f"/experts/{meeting.expert_id}/")
    assert page.status_code == 200
    assert "This expert offers no meetings at the moment." in page.content.decode()


def test_experts_are_found_by_skill_name_company_and_kind() -> None:
    valuation, treasury = SkillFactory.create(name="Valuation"), SkillFactory.create(name="Treasury")
    expert(user__last_name="Adam", skills=[valuation], company="Nordhavn")
    other = expert(user__last_name="Benda", skills=[treasury])
    client = as_person(PersonFactory.create())
    assert names(client, f"/experts/?skill={valuation.pk}") == ["Adam"]
    assert names(client, "/experts/?q=treas") == ["Benda"]
    assert names(client, "/experts/?q=nordhavn adam") == ["Adam"]
    assert names(client, f"/experts/?kind={other.services.get().kind_id}") == ["Adam", "Benda"]
    assert names(client, "/experts/?expertise=corporate-finance") == ["Adam", "Benda"]
    assert names(client, "/experts/?skill=nonsense&page=99&q=") == ["Adam", "Benda"]


def test_experts_with_the_skills_i_want_come_first() -> None:
    wanted = SkillFactory.create(name="Treasury")
    expert(user__last_name="Adam")
    expert(user__last_name="Benda", skills=[wanted])
    person = PersonFactory.create()
    person.wanted_skills.add(wanted)
    assert names(as_person(person), "/experts/") == ["Benda", "Adam"]


def test_reviews_are_shown_by_first_name_and_initial_and_stars_never() -> None:
    meeting = agreed(now=timezone.now())
    meeting.student.first_name, meeting.student.last_name = "Jana", "Nováková"
    meeting.student.save()
    act(
        meeting,
        Action.RECORD,
        BY_USER,
        now=after_end(meeting),
        progress=Progress.SMOOTH,
        stars=3,
        review="Clear and patient.",
    )
    page = Client().get(f"/experts/{meeting.expert_id}/").content.decode()
    assert "Clear and patient." in page
    assert "Jana N." in page
    assert "Nováková" not in page
    assert "★" not in page
    assert "1 meeting held" in page


def test_a_favourite_is_kept_and_taken_off() -> None:
    profile, person = expert(), PersonFactory.create()
    client = as_person(person)
    client.post(f"/experts/{profile.pk}/favourite/", {"favourite": "yes"})
    client.post(f"/experts/{profile.pk}/favourite/", {"favourite": "yes"})
    assert list(person.favourites.all()) == [profile]
    client.post(f"/experts/{profile.pk}/favourite/", {"favourite": "no"})
    assert not person.favourites.exists()
    assert client.get(f"/experts/{profile.pk}/favourite/").url == f"/experts/{profile.pk}/"
    assert not person.favourites.exists()


def test_the_dashboard_counts_within_the_chosen_expertise() -> None:
    now = timezone.now()
    meeting = agreed(now=now)
    make_meeting(Status.HELD, now=now, student=meeting.student)
    client = as_person(meeting.student)
    everywhere = client.get("/meetings/").context
    assert (everywhere["to_come"], everywhere["taken_place"]) == (1, 1)
    slug = meeting.skill.expertise.slug
    assert client.get(f"/meetings/?expertise={slug}").context["to_come"] == 1
    SkillFactory.create(expertise__slug="marketing", expertise__name="Marketing")
    elsewhere = client.get("/meetings/?expertise=marketing").context
    assert (elsewhere["to_come"], elsewhere["taken_place"], elsewhere["scheduled"]) == (0, 0, [])


def test_the_list_of_meetings_is_narrowed_by_status_and_role() -> None:
    now = timezone.now()
    person = PersonFactory.create(credits=100)
    as_user = agreed(now=now, student=person)
    as_expert = agreed(
        now=now, starts_in=9 * DAY, service=ServiceFactory.create(expert=ExpertFactory.create(user=person))
    )
    client = as_person(person)

    def listed(query: str) -> set[int]:
        return {row.meeting.pk for row in client.get(f"/meetings/all/?{query}").context["rows"]}

    assert listed("") == {as_user.pk, as_expert.pk}
    assert listed("role=user") == {as_user.pk}
    assert listed("role=expert&status=agreed") == {as_expert.pk}
    assert listed("status=held") == set()
    assert listed("status=nonsense") == {as_user.pk, as_expert.pk}


def test_a_favourite_is_toggled_in_place_and_from_a_list() -> None:
    profile, person = expert(), PersonFactory.create()
    client = as_person(person)
    address = f"/experts/{profile.pk}/favourite/"
    back = {"favourite": "yes", "next": "/experts/?q=mala&page=1"}
    assert client.post(address, back).url == "/experts/?q=mala&page=1"
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil", "evil"):
        assert client.post(address, {"favourite": "yes", "next": elsewhere}).url == f"/experts/{profile.pk}/"
    part = client.post(address, {"favourite": "no"}, headers={"X-In-Place": "1"}).content.decode()
    assert 'aria-pressed="false"' in part
    assert "<html" not in part
    assert not person.favourites.exists()
    assert 'aria-pressed="false"' in client.get("/experts/").content.decode()
    client.post(address, {"favourite": "yes"})
    assert 'aria-pressed="true"' in client.get("/experts/").content.decode()
    assert 'aria-pressed="true"' in client.get(profile.get_absolute_url()).content.decode()


def test_whoever_cannot_be_found_cannot_become_a_favourite() -> None:
    profile, person = expert(is_approved=False), PersonFactory.create()
    client = as_person(person)
    assert client.post(f"/experts/{profile.pk}/favourite/", {"favourite": "yes"}).status_code == 404
    assert Client().post(f"/experts/{profile.pk}/favourite/").url.startswith("/account/login/")
    assert not person.favourites.exists()


def test_visitors_and_the_expert_are_offered_no_favourite() -> None:
    profile = expert()
    for client in (Client(), as_person(profile.user)):
        for address in ("/experts/", profile.get_absolute_url()):
            assert "aria-pressed" not in client.get(address).content.decode()


def test_the_page_shows_what_matters_before_a_meeting() -> None:
    profile = expert(
        user__time_zone="Asia/Tokyo",
        city="Osaka",
        company="Nordhavn",
        languages=["ja", "en"],
        availability="Saturdays",
        introduction="Line one.\n\n<b>Line two.</b>",
    )
    with time_machine.travel("2026-11-23T16:30:00+00:00", tick=False):
        page = Client().get(profile.get_absolute_url()).content.decode()
    shown = (
        "Osaka",
        "Nordhavn",
        "Japanese, English",
        "Saturdays",
        "01:30 (Tokyo)",
        "60 minutes",
        "30 credits",
    )
    for words in (*shown, "0 meetings held", "&lt;b&gt;Line two.", "Nobody has written"):
        assert words in page
    assert profile.user.email not in page


def test_reviews_come_page_by_page_the_newest_first_and_empty_ones_not_at_all() -> None:
    profile, now = expert(), timezone.now()
    for number in range(12):
        Review.objects.create(
            student=PersonFactory.create(),
            expert=profile.user,
            text=f"Review {number:02}" if number else "",
            written_at=now,
            edited_at=now + timedelta(minutes=number),
        )
    first, second = (
        Client().get(f"{profile.get_absolute_url()}?page={page}").content.decode() for page in (1, 2)
    )
    assert first.index("Review 11") < first.index("Review 02")
    assert "Review 01" not in first
    assert "Review 01" in second
    assert Client().get(f"{profile.get_absolute_url()}?page=%00").status_code == 200


def test_an_expert_s_page_asks_as_many_questions_for_one_review_as_for_ten() -> None:
    profile, client, now = expert(), as_person(PersonFactory.create()), timezone.now()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(profile.get_absolute_url())
        return len(captured)

    def review(number: int) -> None:
        student = PersonFactory.create()
        words = {"text": f"Review {number}", "written_at": now, "edited_at": now}
        Review.objects.create(student=student, expert=profile.user, **words)

    review(0)
    few = queries()
    for number in range(1, 10):
        review(number)
    ServiceFactory.create_batch(3, expert=profile)
    assert queries() == few


def test_who_has_no_meetings_is_led_to_experts() -> None:
    page = as_person(PersonFactory.create()).get("/meetings/all/").text
    assert "You have no meetings yet." in page
    assert '<a class="button" href="/experts/">' in page
    assert "Show all" not in page
    page = as_person(agreed().student).get("/meetings/all/?status=held").text
    assert "No meeting matches." in page
