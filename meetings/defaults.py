"""What a new site starts with: reasons to choose from, and kinds of service."""

from accounts.models import ServiceKind
from accounts.models.names import Names
from meetings.models import Reason

REASONS = (
    Names(
        "The date does not suit me",
        "Der Termin passt mir nicht",
        "Termín mi nevyhovuje",
        "Termín mi nevyhovuje",
    ),
    Names(
        "I need more time to prepare",
        "Ich brauche mehr Zeit zur Vorbereitung",
        "Potřebuji více času na přípravu",
        "Potrebujem viac času na prípravu",
    ),
    Names(
        "The topic is outside my field",
        "Das Thema liegt außerhalb meines Fachgebiets",
        "Téma je mimo můj obor",
        "Téma je mimo môjho odboru",
    ),
    Names(
        "The length does not suit me",
        "Die Dauer passt mir nicht",
        "Délka mi nevyhovuje",
        "Dĺžka mi nevyhovuje",
    ),
    Names(
        "I found help elsewhere",
        "Ich habe anderswo Hilfe gefunden",
        "Pomoc mám odjinud",
        "Pomoc mám odinakiaľ",
    ),
    Names("Another reason", "Ein anderer Grund", "Jiný důvod", "Iný dôvod"),
)
SERVICE_KINDS = (
    Names(
        "Student Mentoring", "Mentoring für Studierende", "Mentoring pro studenty", "Mentoring pre študentov"
    ),
    Names(
        "Professional Mentoring",
        "Mentoring für Berufstätige",
        "Mentoring pro profesionály",
        "Mentoring pre profesionálov",
    ),
    Names("Expert Advice", "Fachberatung", "Odborná konzultace", "Odborná konzultácia"),
    Names("Career Guidance", "Karriereberatung", "Kariérní poradenství", "Kariérne poradenstvo"),
)


def fill() -> int:
    """Write the defaults into tables that are empty; return how many rows that made."""
    made = 0
    if not Reason.objects.exists():
        made += len(Reason.objects.bulk_create(Reason(**names.fields()) for names in REASONS))
    if not ServiceKind.objects.exists():
        made += len(ServiceKind.objects.bulk_create(ServiceKind(**names.fields()) for names in SERVICE_KINDS))
    return made
