"""What collectstatic makes of our files, as the real storage keeps them."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client


def test_modules_name_the_versions_they_were_made_for(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "expertim.static_files.HashedFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    [page] = tmp_path.glob("room.*.js")
    imported = re.findall(r'from "\./(room/\w+\.[0-9a-f]{12}\.js)"', page.read_text())
    assert len(imported) == 3
    assert all((tmp_path / name).exists() for name in imported)


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "files"), [("en", 1), ("de", 1), ("cs", 2), ("sk", 2)])
def test_the_letters_of_a_language_are_there_at_once(language: str, files: int) -> None:
    page = Client().get("/", headers={"Accept-Language": language}).content.decode()
    assert f'<html lang="{language}">' in page
    assert len(re.findall(r'<link rel="preload" href="[^"]+woff2" as="font"', page)) == files
