"""Every command of the manuals exists, with these options and arguments: in an emergency nobody tries them out."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

import import_scripts.commands
from registry.cli.root import make_app
from registry.settings import Settings

ROOT = Path(__file__).parents[3]
MANUALS = ("docs/runbooks.md", "docs/install.md")
_FENCED = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)
_INLINE = re.compile(r"`(registry [a-z][^`]*)`")
_COMMAND = re.compile(r"^(registry (?:-|[a-z]).*)$")
INCIDENTS = 12


def read(manual: str) -> str:
    return (ROOT / manual).read_text(encoding="utf-8")


def commands_of(manual: str) -> list[str]:
    """What the manual tells people to run of ours, in blocks and in sentences."""
    lines = [line for block in _FENCED.findall(read(manual)) for line in block.splitlines()]
    fenced = [match[1] for line in lines if (match := _COMMAND.match(line.strip()))]
    return [*fenced, *_INLINE.findall(read(manual))]


def refusal_of(line: str) -> str:
    """Why the command line would not take it; empty if it would. Nothing is run."""
    app = make_app(server=lambda _settings, _listening: None)
    import_scripts.commands.mount(app)
    command: Any = get_command(app)
    words = shlex.split(line, comments=True)[1:]
    if words and words[-1] in ("--help", "-h"):
        words = words[:-1]
        for word in words:
            command = getattr(command, "commands", {}).get(word, command if not word.islower() else None)
            if command is None:
                return f"no command {word}"
        return ""
    try:
        context = None
        while True:
            context = command.make_context(words[0] if words else "registry", list(words), parent=context)
            if not hasattr(command, "resolve_command"):
                return ""
            rest = [*context._protected_args, *context.args]
            _, found, words = command.resolve_command(context, rest)
            if found is None:
                return "no such command"
            command = found
    except (typer.TyperException, typer.Exit) as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("manual", MANUALS)
def test_every_command_exists_with_these_options(manual: str) -> None:
    found = commands_of(manual)
    assert len(found) >= 7
    assert {line: why for line in found if (why := refusal_of(line))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "registry no-such-thing",
        "registry jobs repeat 17",
        "registry jobs retry",
        "registry jobs retry seventeen",
        "registry index check --mend",
        "registry doctor --json now",
        "registry jobs repeat --help",
    ],
)
def test_a_command_there_is_not_would_be_found(line: str) -> None:
    assert refusal_of(line) != ""


def test_every_incident_says_signs_check_act_and_afterwards() -> None:
    incidents = re.split(r"^## ", read("docs/runbooks.md"), flags=re.M)[1:]
    assert [each.split()[0] for each in incidents] == [str(number) for number in range(1, INCIDENTS + 1)]
    for each in incidents:
        for part in ("**Signs.**", "**Check.**", "**Act", "**Afterwards.**"):
            assert part in each, (each.splitlines()[0], part)
        assert re.search(r"[\u4e00-\u9fff]", each.splitlines()[0])


@pytest.mark.parametrize("manual", [*MANUALS, "docs/metrics.md"])
def test_every_setting_named_there_is_one(manual: str) -> None:
    known = {f"REGISTRY_{name.upper()}" for name in Settings.model_fields} | {"REGISTRY_LANG", "REGISTRY_DEBUG"}
    assert set(re.findall(r"REGISTRY_[A-Z_]+[A-Z]", read(manual))) <= known


def test_what_the_doctor_is_asked_for_is_something_it_looks_at() -> None:
    from registry.services.doctor.examining import AFTER, BEFORE, WITH_DATABASE

    asked = set(re.findall(r"--only ([a-z_]+)", read("docs/runbooks.md") + read("docs/operating.md")))
    assert asked
    assert asked <= {*BEFORE, *WITH_DATABASE, *AFTER}
