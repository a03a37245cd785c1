"""Becoming an expert, and changing one's page and services: one's own only, and nothing typed is lost."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.experts.forms import ExpertForm
from accounts.models import ExpertProfile, Service, User
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory, ServiceKindFactory, SkillFactory
from tests.meetings.scenarios import suggest
from tests.pages import as_person

pytestmark = pytest.mark.django_db


def typed(**how: Any) -> dict[str, Any]:
    return {
        "headline": "Bridges, explained",
        "introduction": "I have built nine.",
        "company": "Nordhavn",
        "city": "Bergen",
        "languages": ["no", "en"],
        "availability": "Thursdays",
        "is_public": "on",
        "skills": [SkillFactory.create(name="Treasury").pk],
        **how,
    }


def page(client: Client, address: str = "/account/expert/") -> str:
    return client.get(address).content.decode()


def listed(person: User) -> bool:
    return ExpertProfile.objects.listed().filter(pk=person.pk).exists()


def test_from_nobody_to_a_listed_expert() -> None:
    person = PersonFactory.create()
    client = as_person(person)
    assert "Become an expert" in page(client)
    assert client.post("/account/expert/", typed()).url == "/account/expert/"
    assert "Add a service that can be booked." in page(client)
    assert "An operator has to approve your page first" in page(client)

    kind = ServiceKindFactory.create()
    client.post("/account/expert/services/new/", {"kind": kind.pk, "minutes": 45, "price": 20})
    assert "Add a service that can be booked." not in page(client)
    assert not listed(person)
    ExpertProfile.objects.update(is_approved=True)
    assert "Your page is approved and listed." in page(client)
    assert listed(person)

    profile = ExpertProfile.objects.get()
    assert (profile.headline, profile.languages, profile.availability, profile.is_public) == (
        "Bridges, explained",
        ["no", "en"],
        "Thursdays",
        True,
    )
    public = Client().get(profile.get_absolute_url()).content.decode()
    for words in (
        "Bridges, explained",
        "Norwegian, English",
        "Thursdays",
        "Bergen",
        "Treasury",
        "20 credits",
    ):
        assert words in public


def test_nobody_approves_themselves() -> None:
    person = PersonFactory.create()
    client = as_person(person)
    client.post("/account/expert/", typed(is_approved="on", user=PersonFactory.create().pk))
    profile = ExpertProfile.objects.get()
    assert (profile.user, profile.is_approved) == (person, False)


def test_saving_the_page_does_not_bring_back_an_approval_that_was_withdrawn_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profile = ExpertFactory.create()
    client = as_person(profile.user)
    save = ExpertForm.save_for

    def withdraw_first(form: ExpertForm, person: User) -> ExpertProfile:
        ExpertProfile.objects.update(is_approved=False)
        return save(form, person)

    monkeypatch.setattr(ExpertForm, "save_for", withdraw_first)
    client.post("/account/expert/", typed())
    profile.refresh_from_db()
    assert (profile.headline, profile.is_approved) == ("Bridges, explained", False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"headline": ""},
        {"headline": "x" * 121},
        {"introduction": "x" * 4001},
        {"city": ""},
        {"languages": ["xx"]},
        {"languages": []},
        {"languages": ["cs", "de", "en", "fr", "it", "es", "pl", "sk", "hu", "ro", "sv"]},
        {"skills": []},
        {"skills": [987654]},
        {"skills": ["nonsense"]},
        {"company": "a\x00b"},
        {"availability": "x" * 201},
    ],
    ids=str,
)
def test_bad_input_is_explained_and_nothing_typed_is_lost(wrong: dict[str, Any]) -> None:
    person = PersonFactory.create()
    answer = as_person(person).post("/account/expert/", typed(introduction="I have built nine.") | wrong)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "errorlist" in text
    kept = {
        "headline": "Bridges, explained",
        "introduction": "I have built nine.",
        "availability": "Thursdays",
    }
    for name, words in kept.items():
        assert name in wrong or words in text
    assert not ExpertProfile.objects.exists()


def test_the_page_is_found_from_the_profile_and_asks_to_sign_in() -> None:
    assert 'href="/account/expert/"' in page(as_person(PersonFactory.create()), "/account/profile/")
    for address in ("/account/expert/", "/account/expert/services/new/", "/account/expert/services/1/"):
        assert Client().get(address).url.startswith("/account/login/")


def test_whoever_is_no_expert_is_led_to_become_one_before_offering() -> None:
    client = as_person(PersonFactory.create())
    new = {"kind": ServiceKindFactory.create().pk, "minutes": 45, "price": 20}
    assert client.post("/account/expert/services/new/", new).url == "/account/expert/"
    assert not Service.objects.exists()


def test_services_of_others_do_not_exist() -> None:
    service = ServiceFactory.create(price=30)
    strangers = [PersonFactory.create(), ExpertFactory.create().user, PersonFactory.create(is_superuser=True)]
    for stranger in strangers:
        client = as_person(stranger)
        address = f"/account/expert/services/{service.pk}/"
        assert client.get(address).status_code == 404
        assert client.post(address, {"minutes": 5, "price": 0}).status_code == 404
    service.refresh_from_db()
    assert (service.price, service.is_active) == (30, True)


@pytest.mark.parametrize(
    "wrong",
    [{"minutes": 4}, {"minutes": 481}, {"price": -1}, {"price": 100_001}, {"price": "much"}, {"minutes": ""}],
    ids=str,
)
@pytest.mark.parametrize("is_new", [True, False])
def test_a_service_out_of_bounds_is_refused_in_a_sentence(wrong: dict[str, Any], is_new: bool) -> None:
    service = ServiceFactory.create()
    address = f"/account/expert/services/{'new' if is_new else service.pk}/"
    sent = {"kind": service.kind_id, "minutes": 77, "price": 66, "is_active": "on"} | wrong
    answer = as_person(service.expert.user).post(address, sent)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "errorlist" in text
    assert ('value="66"' in text) or ('value="77"' in text)
    assert list(Service.objects.values_list("minutes", "price")) == [(60, 30)]


def test_the_same_request_twice_adds_one_service() -> None:
    profile = ExpertFactory.create()
    client = as_person(profile.user)
    new = {"kind": ServiceKindFactory.create().pk, "minutes": 45, "price": 20}
    for _ in range(2):
        assert client.post("/account/expert/services/new/", new).url == "/account/expert/"
    service = Service.objects.get()
    client.post(f"/account/expert/services/{service.pk}/", {"minutes": 45, "price": 20})
    service.refresh_from_db()
    assert not service.is_active
    assert "Cannot be booked" in page(client)
    client.post("/account/expert/services/new/", new)
    assert Service.objects.get().is_active


def test_a_new_price_touches_new_meetings_only_and_the_kind_never_changes() -> None:
    meeting = suggest(now=timezone.now())
    service = meeting.service
    client = as_person(meeting.expert)
    address = f"/account/expert/services/{service.pk}/"
    assert "counts for new meetings only" in page(client, address)
    other = ServiceKindFactory.create(name="Career Guidance")
    client.post(address, {"kind": other.pk, "minutes": 90, "price": 55, "is_active": "on"})
    before = (meeting.price, meeting.minutes, service.kind_id)
    meeting.refresh_from_db()
    service.refresh_from_db()
    assert (meeting.price, meeting.minutes, service.kind_id) == before
    assert (service.price, service.minutes) == (55, 90)
