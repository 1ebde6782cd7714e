"""How the command line speaks: in which language, to which stream, in which shape."""

import json
import os
import sys
from collections.abc import Mapping

from registry.errors import Locale, RegistryError, Text

REFUSED = 2
"""Exit status of a refusal: bad input, not allowed, storage away."""
HELD = 3
"""Exit status of an import that is staged and not written because a check of the list failed."""
FAULT = 1
"""Exit status of a fault of ours, and of a check that found something wrong."""


def locale_of(environment: Mapping[str, str] | None = None) -> Locale:
    """The language of the person at the terminal.

    The first of REGISTRY_LANG, LC_ALL, LC_MESSAGES, LANG that is set decides: English if it starts with ``en``,
    Chinese otherwise.
    """
    given = os.environ if environment is None else environment
    for name in ("REGISTRY_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = given.get(name, "")
        if value:
            return "en" if value.lower().startswith("en") else "zh"
    return "zh"


def say(text: Text) -> None:
    """One sentence on standard output."""
    sys.stdout.write(text.in_(locale_of()) + "\n")
    sys.stdout.flush()


def say_json(value: object) -> None:
    """A value for scripts on standard output; dates and other scalars as their text."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def complain(text: Text) -> None:
    """One line on standard error: ``错误：…`` or ``Error: …``, whatever the text contains."""
    locale = locale_of()
    flat = " ".join(text.in_(locale).split())
    sys.stderr.write(("Error: " if locale == "en" else "错误：") + flat + "\n")


def refusal(error: RegistryError) -> Text:
    """The sentence of a refusal, with the legal values if they are few."""
    if not error.choices or len(error.choices) > 30:
        return error.text
    choices = ", ".join(error.choices)
    return Text(f"{error.text.zh}可选：{choices}。", f"{error.text.en} One of: {choices}.")
