"""How code in the child process says no: a slug with figures, which the parent puts into words."""

from typing import Any


class Refused(Exception):
    """The file is beyond a limit or cannot be read; ``details`` go to the parent as JSON."""

    def __init__(self, slug: str, **details: Any) -> None:
        super().__init__(slug)
        self.details = {"refused": slug, **details}
