"""What collectstatic makes of our files, as the real storage keeps them."""

import re
from pathlib import Path
from typing import Any

from django.core.management import call_command


def test_modules_name_the_versions_they_were_made_for(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "expertim.static_files.HashedFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    [page] = tmp_path.glob("room.*.js")
    imported = re.findall(r'from "\./(room/\w+\.[0-9a-f]{12}\.js)"', page.read_text())
    assert len(imported) == 3
    assert all((tmp_path / name).exists() for name in imported)
