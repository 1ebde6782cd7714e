"""What the doctor hands out: one finding for each thing that was looked at."""

from dataclasses import asdict, dataclass

from sqlalchemy.engine import Engine

from registry.errors import Locale, Text
from registry.settings import Settings

NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``mend``: how to mend it where it is wrong, else what might be better."""

    name: str
    ok: bool
    text: Text
    mend: Text = NOTHING

    def as_dict(self, locale: Locale) -> dict[str, object]:
        """For scripts: stable ``name`` and ``ok``, the words in one language."""
        return {**asdict(self), "text": self.text.in_(locale), "mend": self.mend.in_(locale)}


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined."""

    settings: Settings
    engine: Engine
