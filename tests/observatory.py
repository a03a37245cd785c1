"""Mozilla's HTTP Observatory: what its rules give and take for the headers of an answer.

Rules as its scoring table has them (mdn/mdn-http-observatory, src/grader/charts.js); an A+ begins at 100.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookies import Morsel

HALF_A_YEAR = 15_768_000
CAREFUL_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


@dataclass(frozen=True)
class Answer:
    """What is judged: headers by their lower-case names, and the cookies."""

    headers: Mapping[str, str]
    cookies: Mapping[str, "Morsel[str]"]
    http_leads_to_https: bool


def marks(answer: Answer) -> dict[str, int]:
    """Return what each rule gives or takes."""
    return {name: rule(answer) for name, rule in RULES.items()}


def score(answer: Answer) -> int:
    """Return the sum; what is given counts only for those from whom little is taken."""
    given = marks(answer).values()
    taken = 100 + sum(mark for mark in given if mark < 0)
    return taken + sum(mark for mark in given if mark > 0) if taken >= 90 else max(taken, 0)


def policy(answer: Answer) -> dict[str, list[str]]:
    """Return the directives of the Content-Security-Policy."""
    header = answer.headers.get("content-security-policy", "")
    directives = (part.split() for part in header.split(";") if part.strip())
    return {name: sources for name, *sources in directives}


def _policy(answer: Answer) -> int:
    directives = policy(answer)
    if not directives:
        return -25
    fallback = directives.get("default-src", ["*"])
    scripts, styles = (directives.get(name, fallback) for name in ("script-src", "style-src"))
    if _is_loose(scripts) or _is_loose(directives.get("object-src", fallback)):
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if "'unsafe-inline'" in styles:
        return 0
    return 10 if fallback == ["'none'"] else 5


def _is_loose(sources: list[str]) -> bool:
    return bool({"'unsafe-inline'", "*", "http:", "https:", "data:"}.intersection(sources))


def _cookies(answer: Answer) -> int:
    cookies = answer.cookies.values()
    if not all(cookie["secure"] for cookie in cookies):
        return -40
    if not all(cookie["httponly"] for cookie in cookies):
        return -30
    return 5 if all(cookie["samesite"] in ("Lax", "Strict") for cookie in cookies) else 0


def _transport(answer: Answer) -> int:
    found = re.search(r"max-age=(\d+)", answer.headers.get("strict-transport-security", ""))
    if found is None:
        return -20
    return 0 if int(found[1]) >= HALF_A_YEAR else -10


def _frames(answer: Answer) -> int:
    if policy(answer).get("frame-ancestors") in (["'none'"], ["'self'"]):
        return 5
    return 0 if answer.headers.get("x-frame-options") in ("DENY", "SAMEORIGIN") else -20


def _resources(answer: Answer) -> int:
    whose = answer.headers.get("cross-origin-resource-policy")
    return 10 if whose in ("same-origin", "same-site") else -5 if whose == "cross-origin" else 0


RULES: Mapping[str, Callable[[Answer], int]] = {
    "policy": _policy,
    "cookies": _cookies,
    "redirection": lambda answer: 0 if answer.http_leads_to_https else -20,
    "transport": _transport,
    "frames": _frames,
    "resources": _resources,
    "types": lambda answer: 0 if answer.headers.get("x-content-type-options") == "nosniff" else -5,
    "referrers": lambda answer: 5 if answer.headers.get("referrer-policy") in CAREFUL_REFERRERS else 0,
}
