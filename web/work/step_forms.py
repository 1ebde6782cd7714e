"""The levels of review and their days in a form: ``step.county=yes``, ``days.county=10``, and so for city, province."""

from collections.abc import Mapping, Sequence

from registry.errors import Locale, Text
from registry.services.submitting.plans import LEVEL_WORDS, LEVELS, Step

USUAL_DAYS = "10"


def read_steps(form: Mapping[str, str]) -> tuple[Step, ...]:
    """What was ticked, from below upwards. Days that are no number are 0, which the service refuses."""
    return tuple(Step(level, _days(form.get(f"days.{level}", ""))) for level in LEVELS if form.get(f"step.{level}"))


def typed_steps(steps: Sequence[Step]) -> dict[str, str]:
    """The form with these steps ticked."""
    days = {f"days.{level}": USUAL_DAYS for level in LEVELS} | {f"days.{one.level}": str(one.days) for one in steps}
    return days | {f"step.{one.level}": "yes" for one in steps}


def said_steps(steps: Sequence[Step]) -> list[tuple[Text, int]]:
    """Word and days of each step, for a line of text."""
    return [(LEVEL_WORDS[one.level], one.days) for one in steps]


def levels(locale: Locale) -> list[tuple[str, str]]:
    """The rows of the form."""
    return [(level, LEVEL_WORDS[level].in_(locale)) for level in LEVELS]


def _days(typed: str) -> int:
    said = typed.strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 4 else 0
