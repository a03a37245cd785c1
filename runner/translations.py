"""The words of the site in other languages: collects them from the code, compiles them, finds what lacks.

.venv/bin/python -m runner.translations          write locale/ anew; new words wait there for a translation
.venv/bin/python -m runner.translations --check  name what is missing, unsure, broken or left over
"""

import argparse
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from runner.places import ROOT

LANGUAGES = ("cs", "de", "sk")
LAZY = {f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")}
KEYWORDS = {**DEFAULT_KEYWORDS, **LAZY, "gettext_noop": None}
NOT_SHOWN = ("tests/", "runner/")
HEADER = "# PROJECT in the words of people who read LANGUAGE. New words: python -m runner.translations"


def main(arguments: list[str]) -> int:
    """Write or check the catalogues of all languages; return 1 when the check finds something."""
    parser = argparse.ArgumentParser(prog="runner.translations", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, name what lacks")
    checking = parser.parse_args(arguments).check
    template = collected()
    found = []
    for language in LANGUAGES:
        if not checking:
            renew(language, template)
        found += [f"{language}: {lack}" for lack in lacks(language, template)]
    print("\n".join(found) or f"{len(template)} texts, each in {len(LANGUAGES)} more languages.")
    return 1 if found and checking else 0


def collected() -> Catalog:
    """Return all texts for people in the code and the templates, each with the files it stands in."""
    catalog = Catalog(project="Expertim")
    for path, source in _sources():
        for _line, texts, comments, context in extract(
            "python", io.BytesIO(source.encode()), KEYWORDS, ["Translators:"]
        ):
            catalog.add(texts, None, [(path, 0)], auto_comments=comments, context=context)
    return catalog


def renew(language: str, template: Catalog) -> None:
    """Bring a language's catalogue to the texts of today and compile it; what is translated stays."""
    catalog = _read(_ours(language), language)
    template.creation_date = catalog.creation_date
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    with _ours(language).open("wb") as file:
        write_po(file, catalog, width=110, include_lineno=False, sort_by_file=True)
    for po in _both(language):
        po.with_suffix(".mo").write_bytes(_compiled(_read(po, language)))


def lacks(language: str, template: Catalog) -> Iterator[str]:
    """Name each text that is missing, unsure, broken or no longer used, and a compiled file that is old."""
    catalog = _read(_ours(language), language)
    for wanted in template:
        text = catalog.get(wanted.id, wanted.context) if wanted.id else wanted
        if wanted.id and (text is None or not _is_whole(text, catalog)):
            yield f"missing: {_words(wanted)}"
    for text in catalog:
        if text.id and template.get(text.id, text.context) is None:
            yield f"no longer used: {_words(text)}"
    for po in _both(language):
        yield from _faults(_read(po, language), po.with_suffix(".mo"))


def _faults(catalog: Catalog, compiled: Path) -> Iterator[str]:
    for text in catalog:
        if text.id and text.fuzzy:
            yield f"unsure: {_words(text)}"
        yield from (f"broken: {_words(text)}: {error}" for error in text.check(catalog))
    if not compiled.exists() or compiled.read_bytes() != _compiled(catalog):
        yield "a compiled file is old; please run python -m runner.translations"


def _sources() -> Iterator[tuple[str, str]]:
    """Give each file of the project that may hold texts, as Python that holds the same texts."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.html", "*.txt"],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    for name in sorted(listed.stdout.split()):
        path = ROOT / name
        if name.startswith(NOT_SHOWN) or not path.exists():
            continue
        if path.suffix == ".py":
            yield name, path.read_text()
        elif "templates/" in name:
            yield name, "\n".join(line.strip() for line in templatize(path.read_text()).splitlines())


def _is_whole(text: Message, catalog: Catalog) -> bool:
    forms = [text.string] if isinstance(text.string, str) else list(text.string or ())
    return len(forms) == (catalog.num_plurals if text.pluralizable else 1) and all(forms)


def _words(text: Message) -> str:
    words = text.id if isinstance(text.id, str) else text.id[0]
    places = ", ".join(dict.fromkeys(path for path, _line in text.locations))
    return f"“{words}”" + (f" ({places})" if places else "")


def _read(po: Path, language: str) -> Catalog:
    if not po.exists():
        return Catalog(language, project="Expertim", header_comment=HEADER, fuzzy=False)
    with po.open("rb") as file:
        return read_po(file, language)


def _compiled(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def _ours(language: str) -> Path:
    """The texts of our code."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def _both(language: str) -> list[Path]:
    """Ours, and where there are some the texts of libraries that we say otherwise."""
    libraries = ROOT / "locale" / "libraries" / language / "LC_MESSAGES" / "django.po"
    return [po for po in (_ours(language), libraries) if po.exists()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
