"""What can be learnt in the demo, in each language."""

from dataclasses import dataclass

from accounts.models.names import Names


@dataclass(frozen=True, slots=True)
class Field:
    """An Expertise with its skills."""

    names: Names
    description: Names
    skills: tuple[Names, ...]


FIELDS = (
    Field(
        Names("Corporate Finance", "Unternehmensfinanzierung", "Podnikové finance", "Podnikové financie"),
        Names(
            "What companies are worth, where their money comes from, and what they do with it.",
            "Was Unternehmen wert sind, woher ihr Geld kommt und was sie damit machen.",
            "Jakou mají firmy hodnotu, odkud berou peníze a co s nimi dělají.",
            "Akú majú firmy hodnotu, odkiaľ berú peniaze a čo s nimi robia.",
        ),
        (
            Names("Valuation", "Unternehmensbewertung", "Oceňování podniků", "Oceňovanie podnikov"),
            Names("Financial modelling", "Finanzmodellierung", "Finanční modelování", "Finančné modelovanie"),
            Names(
                "Mergers and acquisitions", "Fusionen und Übernahmen", "Fúze a akvizice", "Fúzie a akvizície"
            ),
            Names("Fundraising", "Kapitalbeschaffung", "Získávání kapitálu", "Získavanie kapitálu"),
            Names("Treasury", "Liquiditätsmanagement", "Řízení likvidity", "Riadenie likvidity"),
        ),
    ),
    Field(
        Names("Software Engineering", "Softwareentwicklung", "Vývoj softwaru", "Vývoj softvéru"),
        Names(
            "Building software that works on Monday and can still be changed on Friday.",
            "Software, die am Montag läuft und sich am Freitag noch ändern lässt.",
            "Software, který v pondělí funguje a v pátek se dá ještě změnit.",
            "Softvér, ktorý v pondelok funguje a v piatok sa dá ešte zmeniť.",
        ),
        (
            Names("Python", "Python", "Python", "Python"),
            Names("System design", "Systementwurf", "Návrh systémů", "Návrh systémov"),
            Names("Databases", "Datenbanken", "Databáze", "Databázy"),
            Names("Code review", "Codeprüfung", "Revize kódu", "Revízia kódu"),
            Names(
                "Technical leadership",
                "Führung technischer Teams",
                "Vedení technických týmů",
                "Vedenie technických tímov",
            ),
        ),
    ),
    Field(
        Names("Marketing", "Marketing", "Marketing", "Marketing"),
        Names(
            "Finding out what people need, and telling them that you have it.",
            "Herausfinden, was Menschen brauchen, und ihnen sagen, dass man es hat.",
            "Zjistit, co lidé potřebují, a říct jim, že to máte.",
            "Zistiť, čo ľudia potrebujú, a povedať im, že to máte.",
        ),
        (
            Names("Brand strategy", "Markenstrategie", "Strategie značky", "Stratégia značky"),
            Names("Market research", "Marktforschung", "Průzkum trhu", "Prieskum trhu"),
            Names("Content marketing", "Content-Marketing", "Obsahový marketing", "Obsahový marketing"),
            Names(
                "Search advertising",
                "Suchmaschinenwerbung",
                "Reklama ve vyhledávačích",
                "Reklama vo vyhľadávačoch",
            ),
        ),
    ),
    Field(
        Names(
            "Career and Leadership", "Karriere und Führung", "Kariéra a vedení lidí", "Kariéra a vedenie ľudí"
        ),
        Names(
            "The next job, the first team, the difficult conversation.",
            "Die nächste Stelle, das erste Team, das schwierige Gespräch.",
            "Další práce, první tým, těžký rozhovor.",
            "Ďalšia práca, prvý tím, ťažký rozhovor.",
        ),
        (
            Names("Job interviews", "Vorstellungsgespräche", "Pracovní pohovory", "Pracovné pohovory"),
            Names(
                "CV and portfolio",
                "Lebenslauf und Portfolio",
                "Životopis a portfolio",
                "Životopis a portfólio",
            ),
            Names("Managing people", "Mitarbeiterführung", "Vedení lidí", "Vedenie ľudí"),
            Names("Negotiation", "Verhandeln", "Vyjednávání", "Vyjednávanie"),
            Names(
                "Public speaking",
                "Vor Publikum sprechen",
                "Vystupování na veřejnosti",
                "Vystupovanie na verejnosti",
            ),
        ),
    ),
)
