"""Every command that README, Dockerfile, docker-compose.yml and deploy/systemd tell people to run."""

import json
import re
import shlex
from dataclasses import dataclass
from typing import Any

import yaml

from runner.places import ROOT

PROGRAMS = ("gunicorn", "celery", "python")


@dataclass(frozen=True)
class Command:
    """A command and where it stands."""

    source: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.source}: {shlex.join(self.words)}"

    @property
    def kind(self) -> str:
        """What sort of program this is: web, worker, beat, ping, or a command of manage.py."""
        if self.words[0] == "gunicorn":
            return "web"
        if self.words[0] == "celery":
            return next(word for word in self.words if word in ("worker", "beat", "inspect"))
        return self.words[2] if self.words[1:2] == ("manage.py",) else "asks the site"


def compose() -> dict[str, Any]:
    """Return docker-compose.yml."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def our_services() -> dict[str, dict[str, Any]]:
    """Return the services that run our image."""
    return {name: one for name, one in compose()["services"].items() if one.get("image") == "expertim"}


def commands() -> list[Command]:
    """Return all of them, each once."""
    found = [*_of_readme(), *_of_dockerfile(), *_of_compose(), *_of_units()]
    return list({command.words: command for command in found}.values())


def needed() -> dict[str, str]:
    """Return what .env.example calls needed, with the values that stand there."""
    ours = (ROOT / ".env.example").read_text().partition("read by docker-compose.yml alone")[0]
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", ours, flags=re.MULTILINE))


def instructions(name: str) -> list[str]:
    """Return what follows this instruction of the Dockerfile, each time that it stands there."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^{name} (.+)$", text, flags=re.MULTILINE)


def _of_readme() -> list[Command]:
    """Lines of the README that are set in and begin with one of our programs."""
    part = (ROOT / "README.md").read_text().partition("## Run it for real")[2].partition("\n## ")[0]
    lines = re.findall(rf"^    ((?:{'|'.join(PROGRAMS)}) .+)$", part, flags=re.MULTILINE)
    return [Command("README", tuple(shlex.split(line, comments=True))) for line in lines]


def _of_dockerfile() -> list[Command]:
    [image] = instructions("CMD")
    collecting = [line for line in instructions("RUN") if "manage.py" in line]
    words = [word for line in collecting for word in shlex.split(line.partition("&&")[0])]
    own = tuple(word for word in words if not re.match(r"[A-Z_]+=", word))
    return [Command("Dockerfile", tuple(json.loads(image))), Command("Dockerfile", own)]


def _of_compose() -> list[Command]:
    services = our_services()
    checks = [one["healthcheck"]["test"][1:] for one in services.values() if "healthcheck" in one]
    return [
        Command("docker-compose.yml", tuple(words))
        for words in [*(one["command"] for one in services.values()), *checks]
    ]


def _of_units() -> list[Command]:
    """The first lines of deploy/systemd's services, without the folder of the programs."""
    found = []
    for unit in sorted((ROOT / "deploy" / "systemd").glob("*.service")):
        for line in re.findall(r"^ExecStart=(.+)$", unit.read_text(), flags=re.MULTILINE):
            program, *words = shlex.split(line)
            found.append(Command(unit.name, (program.rpartition("/")[2], *words)))
    return [command for command in found if command.words[0] in PROGRAMS]
