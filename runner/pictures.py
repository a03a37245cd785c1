"""python3 run.py pictures: what every page looks like, in light and dark, wide and narrow."""

import os
from pathlib import Path

from runner import browser, installation
from runner.places import PYTHON, ROOT
from runner.progress import Problem, say

README = "--readme"
FOLDER = Path("pictures")


def main(arguments: list[str]) -> int:
    """Turn into the photographer, who needs the packages in .venv."""
    folders = [argument for argument in arguments if not argument.startswith("-")]
    unknown = [argument for argument in arguments if argument.startswith("-") and argument != README]
    if unknown or len(folders) > 1:
        raise Problem(f"What is {' '.join(unknown or folders[1:])}? One folder and {README} are understood.")
    installation.ensure(installation.TEST)
    os.environ[browser.VARIABLE] = browser.find_or_install()
    folder = Path(folders[0] if folders else FOLDER).absolute()
    for_readme = [README] if README in arguments else []
    say("Starting the photographer.")
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "runner.photographer", str(folder), *for_readme])  # noqa: S606
