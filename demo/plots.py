"""The meetings of the demo: who meets whom, when, and what becomes of it."""

from demo.people import EXPERT, STUDENT
from demo.turns import (
    DAY,
    HOUR,
    MINUTE,
    Plot,
    Start,
    Turn,
    acts,
    after,
    before,
    chooses,
    joins,
    on,
    says,
    since_start,
    suggests,
    time_passes,
    within,
)
from meetings.vocabulary import Action as A
from meetings.vocabulary import Progress, Role

BY_USER, BY_EXPERT, BY_OPERATOR = Role.USER, Role.EXPERT, Role.OPERATOR
SMOOTH, MINE, THEIRS = Progress.SMOOTH, Progress.MY_FAULT, Progress.OTHERS_FAULT
NO_DATE, NO_FIELD, NO_TIME = (
    "The date does not suit me",
    "The topic is outside my field",
    "I need more time to prepare",
)

# What most meetings have in common.
ASKED = suggests(BY_USER, 4 * DAY)
OFFERED = suggests(BY_EXPERT, 4 * DAY)
ACCEPTED = acts(A.CONFIRM, BY_EXPERT, before(3 * DAY + 2 * HOUR))
BOTH_CAME = (joins(BY_EXPERT, 6 * MINUTE), joins(BY_USER, 2 * MINUTE))
AGREED = (ASKED, ACCEPTED)
MET = (*AGREED, *BOTH_CAME)
SILENCE = time_passes(after(7 * DAY))


def praises(stars: int, review: str | None = None) -> Turn:
    """Let the user say in the evening that it went well."""
    return says(BY_USER, SMOOTH, 2 * HOUR, stars=stars, review=review)


def held(who: str, whom: str, skill: str, offer: int, start: Start, stars: int, review: str = "") -> Plot:
    """Tell of a meeting that went well."""
    return Plot(who, whom, skill, offer, start, (*MET, praises(stars, review or None)))


# student@example.com and expert@example.com: every situation that a page can show.
BETWEEN_THE_TWO = (
    held(
        STUDENT,
        EXPERT,
        "Valuation",
        1,
        on(-52, "10:00"),
        5,
        "David took my clumsy model apart and put it together again with me. I finally understand what a "
        "discount rate is for.",
    ),
    held(STUDENT, EXPERT, "Financial modelling", 2, on(-33, "15:30"), 4),
    Plot(
        STUDENT, EXPERT, "Fundraising", 0, on(-29, "12:15"),
        (*MET, says(BY_EXPERT, SMOOTH, 40 * MINUTE), praises(5)),
        note="A first chat, to see whether my question is one for you.",
    ),
    # Evaluated by silence, the expert never seen: the operator can reverse it.
    Plot(STUDENT, EXPERT, "Valuation", 2, on(-16, "09:00"), (*AGREED, joins(BY_USER), SILENCE)),
    # Not held: the expert's fault, then the user's.
    Plot(
        STUDENT, EXPERT, "Mergers and acquisitions", 1, on(-44, "17:45"),
        (*AGREED, joins(BY_USER), says(BY_EXPERT, MINE, 3 * HOUR)),
    ),
    Plot(
        STUDENT, EXPERT, "Fundraising", 1, on(-24, "11:00"),
        (*AGREED, joins(BY_EXPERT), says(BY_USER, MINE, 5 * HOUR)),
    ),
    # Under review: each says that the other was absent.
    Plot(
        STUDENT, EXPERT, "Financial modelling", 2, on(-5, "14:00"),
        (*MET, says(BY_USER, THEIRS, 1 * HOUR), says(BY_EXPERT, SMOOTH, 20 * HOUR)),
    ),
    # Not answered before the start.
    Plot(
        STUDENT, EXPERT, "Valuation", 3, on(-9, "16:00"),
        (suggests(BY_USER, 2 * DAY), time_passes(since_start(MINUTE))),
    ),
    # Cancelled: late, in time, as a request, by the expert.
    Plot(
        STUDENT, EXPERT, "Valuation", 1, on(-12, "13:00"),
        (*AGREED, acts(A.CANCEL_LATE, BY_USER, before(20 * HOUR), "My exam was moved to the same day.")),
    ),
    Plot(
        STUDENT, EXPERT, "Fundraising", 2, on(-20, "10:30"),
        (*AGREED, acts(A.CANCEL, BY_USER, before(60 * HOUR), "I found the answer in your first lesson.")),
    ),
    Plot(
        STUDENT, EXPERT, "Financial modelling", 1, on(-27, "18:00"),
        (ASKED, acts(A.CANCEL_REQUEST, BY_USER, before(3 * DAY))),
    ),
    Plot(
        STUDENT, EXPERT, "Valuation", 2, on(-38, "08:45"),
        (*AGREED, acts(A.CANCEL, BY_EXPERT, before(9 * HOUR), "I have lost my voice. I am sorry.")),
    ),
    # Ended yesterday: both can say how it went.
    Plot(STUDENT, EXPERT, "Financial modelling", 2, on(-1, "17:00"), MET),
    # Can be joined now.
    Plot(STUDENT, EXPERT, "Valuation", 2, within(7 * MINUTE, step=5 * MINUTE), AGREED),
    # Agreed: cancelling is late already, is still free.
    Plot(STUDENT, EXPERT, "Fundraising", 2, within(30 * HOUR), AGREED, note="I will bring my pitch deck."),
    Plot(STUDENT, EXPERT, "Mergers and acquisitions", 1, on(5, "09:15"), AGREED),
    # Waiting for the expert, waiting for the user.
    Plot(
        STUDENT, EXPERT, "Valuation", 2, on(4, "10:00"), (suggests(BY_USER, 5 * HOUR),),
        note="Could we look at the multiples of my thesis?",
    ),
    Plot(STUDENT, EXPERT, "Financial modelling", 3, on(6, "16:30"), (suggests(BY_EXPERT, 20 * HOUR),)),
    # Agreed, with another date suggested by the expert, by the user.
    Plot(
        STUDENT, EXPERT, "Fundraising", 1, on(7, "11:00"),
        (*AGREED, acts(A.RESCHEDULE, BY_EXPERT, before(6 * HOUR), to=on(8, "15:00"))),
    ),
    Plot(
        STUDENT, EXPERT, "Valuation", 1, on(10, "12:30"),
        (*AGREED, acts(A.RESCHEDULE, BY_USER, before(9 * HOUR), to=on(11, "08:30"))),
    ),
    # Rejected: with another date suggested by the expert, and without.
    Plot(
        STUDENT, EXPERT, "Mergers and acquisitions", 2, on(9, "13:45"),
        (suggests(BY_USER, 2 * DAY), chooses(A.COUNTER, BY_EXPERT, before(DAY), NO_DATE, to=on(12, "10:15"))),
    ),
    Plot(
        STUDENT, EXPERT, "Valuation", 3, on(13, "14:30"),
        (suggests(BY_USER, 3 * DAY), chooses(A.REJECT, BY_EXPERT, before(2 * DAY), NO_TIME)),
    ),
)  # fmt: skip

# The two in other company: she with other experts, he also as a user.
OF_THE_TWO = (
    held(
        STUDENT, "marta", "Job interviews", 0, on(-47, "09:30"), 5,
        "Marta asked the one question I was afraid of, three times, until I had an answer.",
    ),
    held(
        STUDENT, "tomas", "Mergers and acquisitions", 0, on(-19, "16:15"), 4,
        "Clear and patient. The checklist for the data room alone was worth it.",
    ),
    # The user's words are there already, so the next evaluation edits them.
    Plot(
        STUDENT, "marta", "CV and portfolio", 1, on(-2, "11:00"),
        (*MET, says(BY_EXPERT, SMOOTH, 2 * HOUR)),
    ),
    Plot(STUDENT, "ingrid", "Treasury", 1, on(3, "13:00"), AGREED),
    # A suggested date that nobody answered.
    Plot(
        STUDENT, "ingrid", "Financial modelling", 0, on(-14, "10:00"),
        (
            *AGREED,
            acts(A.RESCHEDULE, BY_USER, before(2 * DAY), to=on(-13, "10:00")),
            time_passes(since_start(MINUTE)),
            *BOTH_CAME,
            praises(5),
        ),
    ),
    held(
        EXPERT, "leila", "Market research", 0, on(-30, "17:00"), 5,
        "Ten interviews later I know my clients better than in ten years before.",
    ),
    Plot(EXPERT, "leila", "Brand strategy", 0, on(4, "17:30"), AGREED),
    held(
        "lukas", EXPERT, "Fundraising", 2, on(-41, "11:30"), 5,
        "He read our term sheet aloud and asked after each line who would still be happy in two years.",
    ),
    held(
        "noah", EXPERT, "Mergers and acquisitions", 3, on(-36, "09:00"), 4,
        "Very good on the numbers. Be prepared: he wants to see yours.",
    ),
    held("oskar", EXPERT, "Valuation", 1, on(-22, "13:30"), 5, "Short, exact, friendly."),
    Plot("lukas", EXPERT, "Fundraising", 2, on(5, "15:00"), (suggests(BY_USER, 8 * HOUR),)),
    Plot("noah", EXPERT, "Valuation", 1, on(3, "09:00"), AGREED),
    Plot("oskar", EXPERT, "Financial modelling", 2, on(-3, "10:45"), (*MET, says(BY_USER, THEIRS, HOUR))),
)  # fmt: skip

AMONG_OTHERS = (
    held(
        "sofia", "kenji", "Python", 0, on(-46, "18:00"), 5,
        "Kenji found the bug in four minutes and spent the rest showing me how to find the next one.",
    ),
    held(
        "jakub", "priya", "System design", 0, on(-39, "19:15"), 5,
        "We drew my thesis project on the board and crossed out half of it. It works now.",
    ),
    held(
        "amina", "claire", "Brand strategy", 0, on(-35, "10:00"), 5,
        "One hour, one sentence, and my bakery has used it on every bag since.",
    ),
    held("mateo", "claire", "Content marketing", 1, on(-21, "12:00"), 3, "Good ideas, a little rushed."),
    held(
        "emily", "marta", "Job interviews", 0, on(-26, "17:00"), 5,
        "I got the job. I could not stop smiling in the rehearsal, and she told me to keep that.",
    ),
    held(
        "hana", "samuel", "Public speaking", 0, on(-28, "08:00"), 5,
        "My hands still shake, but nobody can see it any more.",
    ),
    held("chloe", "tomas", "Negotiation", 1, on(-25, "14:45"), 4, "Calm, practical; we rehearsed twice."),
    held(
        "emily", "george", "Managing people", 1, on(-18, "16:00"), 5,
        "George let me say the wrong thing first. I am glad that it was him who heard it.",
    ),
    held("oskar", "ingrid", "Treasury", 1, on(-17, "08:30"), 5, "The best hour on currencies I ever had."),
    held("amina", "leila", "Market research", 1, on(-8, "15:00"), 5, "Honest questions, honest answers."),
    # Suggested by the expert after they had met, and held.
    Plot(
        "sofia", "kenji", "Databases", 0, on(-15, "18:30"),
        (OFFERED, acts(A.CONFIRM, BY_USER, before(3 * DAY)), *BOTH_CAME, praises(5)),
    ),
    # Evaluated by silence with both present, and one reversed by the operator.
    Plot("mateo", "leila", "Search advertising", 0, on(-23, "11:15"), (*MET, SILENCE)),
    Plot(
        "chloe", "samuel", "Job interviews", 0, on(-34, "09:00"),
        (
            *AGREED,
            joins(BY_USER),
            SILENCE,
            acts(A.REVERSE, BY_OPERATOR, after(9 * DAY), "The expert confirms that she forgot the meeting."),
        ),
    ),
    # Under review and decided by the operator; another still waits.
    Plot(
        "jakub", "kenji", "Code review", 1, on(-20, "17:00"),
        (
            *MET,
            says(BY_USER, THEIRS, HOUR),
            says(BY_EXPERT, SMOOTH, 5 * HOUR),
            acts(A.FIND_HELD, BY_OPERATOR, after(2 * DAY), "Both joined and stayed for the whole hour."),
        ),
    ),
    Plot(
        "mateo", "george", "Public speaking", 1, on(-4, "18:30"),
        (*AGREED, joins(BY_USER), says(BY_EXPERT, THEIRS, HOUR), says(BY_USER, THEIRS, 4 * HOUR)),
    ),
    # Not held.
    Plot(
        "chloe", "marta", "CV and portfolio", 0, on(-13, "10:15"),
        (*AGREED, joins(BY_EXPERT), says(BY_USER, MINE, HOUR)),
    ),
    # Rejected, moved by the user, confirmed and held.
    Plot(
        "hana", "kenji", "Python", 0, on(-9, "16:00"),
        (
            ASKED,
            chooses(A.REJECT, BY_EXPERT, before(3 * DAY), NO_DATE),
            acts(A.RESCHEDULE_REJECTED, BY_USER, before(2 * DAY), to=on(-7, "16:00")),
            acts(A.CONFIRM, BY_EXPERT, before(DAY)),
            joins(BY_USER, -2 * DAY + MINUTE),
            joins(BY_EXPERT, -2 * DAY + 2 * MINUTE),
            says(BY_USER, SMOOTH, 2 * DAY + HOUR, stars=5, review="Worth getting up early for."),
        ),
    ),
    # Rejected for good, expired, cancelled.
    Plot(
        "amina", "priya", "Technical leadership", 1, on(-16, "14:00"),
        (ASKED, chooses(A.REJECT, BY_EXPERT, before(3 * DAY), NO_FIELD)),
    ),
    Plot(
        "noah", "ingrid", "Treasury", 0, on(-6, "09:45"),
        (suggests(BY_USER, DAY), time_passes(since_start(MINUTE))),
    ),
    Plot(
        "emily", "samuel", "Public speaking", 1, on(-7, "10:00"),
        (*AGREED, acts(A.CANCEL_LATE, BY_USER, before(5 * HOUR), "My flight is late.")),
    ),
    # To come.
    Plot("jakub", "priya", "System design", 1, on(6, "19:00"), (suggests(BY_USER, 30 * HOUR),)),
    Plot("hana", "george", "Public speaking", 0, on(4, "09:30"), AGREED),
    Plot("emily", "tomas", "Job interviews", 2, on(8, "16:45"), (suggests(BY_USER, 3 * HOUR),)),
    Plot("sofia", "kenji", "Code review", 0, on(5, "18:15"), (suggests(BY_EXPERT, 11 * HOUR),)),
    # Cancelled by the operator, because the person was blocked.
    Plot("viktor", "tomas", "Valuation", 1, on(10, "15:15"), (suggests(BY_USER, 10 * DAY),)),
)  # fmt: skip

PLOTS = (*BETWEEN_THE_TWO, *OF_THE_TWO, *AMONG_OTHERS)
