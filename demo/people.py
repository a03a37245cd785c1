"""Who lives in the demo. The same names every time."""

from dataclasses import dataclass

PASSWORD = "expertim-demo"  # noqa: S105 - public on purpose
STUDENT, EXPERT, OPERATOR = "student", "expert", "operator"
SHOWN = (STUDENT, EXPERT, OPERATOR)


def address(name: str) -> str:
    """Return the e-mail address of somebody in the demo."""
    return f"{name}@example.com"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who books meetings; every expert is one, too."""

    key: str
    first_name: str
    last_name: str
    zone: str
    credits: int = 150
    date_format: str = "d.m.Y"
    wants: tuple[str, ...] = ()
    favourites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A service of an expert."""

    kind: str
    minutes: int
    price: int
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Profile:
    """What an expert shows and offers."""

    key: str
    headline: str
    introduction: str
    company: str
    city: str
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    offers: tuple[Offer, ...]
    availability: str
    is_public: bool = True
    is_approved: bool = True


ADVICE, GUIDANCE = "Expert Advice", "Career Guidance"
STUDENTS, PROFESSIONALS = "Student Mentoring", "Professional Mentoring"

PEOPLE = (
    Person(OPERATOR, "Olga", "Brandt", "Europe/Berlin", credits=0),
    Person(
        STUDENT,
        "Anna",
        "Novotná",
        "Europe/Prague",
        credits=400,
        wants=("Valuation", "Financial modelling", "Job interviews"),
        favourites=(EXPERT, "ingrid"),
    ),
    Person("lukas", "Lukáš", "Horák", "Europe/Prague", wants=("Fundraising", "Negotiation")),
    Person(
        "sofia", "Sofia", "Almeida", "Europe/Lisbon", wants=("Python", "Databases"), favourites=("kenji",)
    ),
    Person("noah", "Noah", "Weber", "Europe/Berlin", wants=("Mergers and acquisitions",)),
    Person("amina", "Amina", "Diallo", "Africa/Dakar", wants=("Brand strategy", "Market research")),
    Person("jakub", "Jakub", "Kováč", "Europe/Bratislava", wants=("System design",), favourites=("priya",)),
    Person("emily", "Emily", "Carter", "America/New_York", date_format="m/d/Y", wants=("Job interviews",)),
    Person("mateo", "Mateo", "García", "Europe/Madrid", wants=("Content marketing",)),
    Person("hana", "Hana", "Suzuki", "Asia/Tokyo", date_format="Y-m-d", wants=("Public speaking",)),
    Person("oskar", "Oskar", "Lindqvist", "Europe/Stockholm", date_format="Y-m-d", wants=("Treasury",)),
    Person("chloe", "Chloé", "Martin", "Europe/Paris", wants=("CV and portfolio", "Negotiation")),
    Person("viktor", "Viktor", "Sand", "Europe/Vienna"),
    # Experts.
    Person(EXPERT, "David", "Kessler", "Europe/London", credits=80, favourites=("leila",)),
    Person("ingrid", "Ingrid", "Solberg", "Europe/Oslo"),
    Person("tomas", "Tomáš", "Beneš", "Europe/Prague"),
    Person("priya", "Priya", "Raman", "Asia/Kolkata"),
    Person("kenji", "Kenji", "Mori", "Asia/Tokyo", date_format="Y-m-d"),
    Person("claire", "Claire", "Dubois", "Europe/Paris"),
    Person("leila", "Leila", "Haddad", "Europe/Zurich"),
    Person("george", "George", "Okafor", "Europe/London"),
    Person("marta", "Marta", "Zielińska", "Europe/Warsaw"),
    Person("samuel", "Samuel", "Reed", "America/Chicago", date_format="m/d/Y"),
    Person("petra", "Petra", "Vogel", "Europe/Berlin"),
)

EXPERTS = (
    Profile(
        EXPERT,
        "Valuation and fundraising for young companies",
        "I spent twelve years valuing companies, first in a bank and then for a venture fund. Today I help "
        "founders and students to read a balance sheet without fear. Bring your own spreadsheet: we will "
        "look at real numbers, not at slides.",
        "Kessler & Rowe",
        "London",
        ("en", "de"),
        ("Valuation", "Financial modelling", "Mergers and acquisitions", "Fundraising"),
        (
            Offer(GUIDANCE, 20, 0),
            Offer(STUDENTS, 45, 15),
            Offer(ADVICE, 60, 30),
            Offer(PROFESSIONALS, 90, 55),
            Offer(ADVICE, 120, 80, is_active=False),
        ),
        availability="Weekdays after 17:00, some Saturday mornings",
    ),
    Profile(
        "ingrid",
        "Corporate treasurer, two decades of cash and currency",
        "I run the treasury of a shipping company and teach it on Thursdays. If you wonder how a company can "
        "be profitable and still run out of money, we should talk.",
        "Nordhavn Lines",
        "Oslo",
        ("no", "en"),
        ("Treasury", "Financial modelling", "Valuation"),
        (Offer(STUDENTS, 30, 12), Offer(ADVICE, 60, 35)),
        availability="Thursdays, and most evenings",
    ),
    Profile(
        "tomas",
        "Mergers and acquisitions, from first call to closing",
        "More than thirty deals on the side of the seller, most of them family firms. I explain each step in "
        "plain words and tell you what it will feel like. I also prepare people for interviews at "
        "investment banks.",
        "",
        "Prague",
        ("cs", "sk", "en"),
        ("Mergers and acquisitions", "Valuation", "Negotiation", "Job interviews"),
        (Offer(STUDENTS, 45, 18), Offer(ADVICE, 60, 40), Offer(GUIDANCE, 30, 10)),
        availability="Early mornings, and Fridays after lunch",
    ),
    Profile(
        "priya",
        "Distributed systems that people can operate",
        "I design payment systems and the on-call rota behind them. We can draw your system on a shared "
        "board and look for the place where it will break first. Two of my former students now do this for "
        "a living.",
        "Lattice Pay",
        "Bengaluru",
        ("en", "ta", "hi"),
        ("System design", "Databases", "Technical leadership"),
        (Offer(STUDENTS, 60, 20), Offer(PROFESSIONALS, 60, 45)),
        availability="Weekday evenings in India",
    ),
    Profile(
        "kenji",
        "Python for people who have to maintain it",
        "I have maintained the same Python service for nine years and still like it. I review code together "
        "with you, line by line, and explain why some of it will hurt later.",
        "",
        "Osaka",
        ("ja", "en"),
        ("Python", "Code review", "Databases"),
        (Offer(STUDENTS, 45, 14), Offer(ADVICE, 60, 28)),
        availability="Saturdays",
    ),
    Profile(
        "claire",
        "Brand strategist for makers of good things",
        "Cheese, bicycles, a museum: I help small makers to say what they are in one sentence. You leave "
        "with that sentence and a list of what to stop doing.",
        "Atelier Dubois",
        "Lyon",
        ("fr", "en"),
        ("Brand strategy", "Content marketing", "Market research"),
        (Offer(ADVICE, 60, 32), Offer(STUDENTS, 30, 10)),
        availability="Mondays and Tuesdays",
    ),
    Profile(
        "leila",
        "Market research that survives contact with the market",
        "I ask people questions for a living and have learnt which ones they answer truthfully. Together we "
        "plan ten interviews that tell you more than a thousand clicks.",
        "",
        "Zurich",
        ("de", "fr", "ar", "en"),
        ("Market research", "Brand strategy", "Search advertising"),
        (Offer(ADVICE, 45, 25), Offer(PROFESSIONALS, 60, 38)),
        availability="Any weekday between 10:00 and 16:00",
    ),
    Profile(
        "george",
        "From specialist to manager: the first hundred days",
        "I became a manager by accident and made every mistake once. Now I coach people who lead their first "
        "team. We practise the difficult conversation before you have it.",
        "Harbour Coaching",
        "London",
        ("en",),
        ("Managing people", "Technical leadership", "Public speaking", "Negotiation"),
        (Offer(PROFESSIONALS, 60, 36), Offer(GUIDANCE, 45, 20)),
        availability="Evenings after 19:00",
    ),
    Profile(
        "marta",
        "Recruiter on your side of the table",
        "Fifteen years of reading applications have taught me what gets read. I go through your CV with you "
        "and rehearse the interview, in English or Polish. Kind, but honest.",
        "",
        "Kraków",
        ("pl", "en"),
        ("Job interviews", "CV and portfolio"),
        (Offer(GUIDANCE, 45, 16), Offer(STUDENTS, 30, 9)),
        availability="Weekdays from 8:00 to 12:00",
    ),
    Profile(
        "samuel",
        "Speaking in front of people, without a script",
        "Former radio host, now a teacher. I record you for three minutes, we listen together, and it gets "
        "better from there. Nobody is born with it.",
        "",
        "Chicago",
        ("en", "es"),
        ("Public speaking", "Job interviews"),
        (Offer(GUIDANCE, 30, 12), Offer(PROFESSIONALS, 60, 30)),
        availability="Weekends",
        is_public=False,
    ),
    Profile(
        "petra",
        "Search advertising on a small budget",
        "I run campaigns for shops that cannot afford to waste a euro. New here, and looking forward to your "
        "questions.",
        "",
        "Leipzig",
        ("de", "en"),
        ("Search advertising", "Content marketing"),
        (Offer(ADVICE, 45, 22),),
        availability="Flexible: just suggest something",
        is_approved=False,
    ),
)
