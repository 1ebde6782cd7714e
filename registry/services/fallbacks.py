"""How often this process had the database answer because the index could not be read."""

from itertools import count

_numbers = count(1)
_last = 0


def note_fallback() -> None:
    """Once more."""
    global _last
    # One call of C: two threads never get the same number.
    _last = next(_numbers)


def fallbacks() -> int:
    """Since the process began."""
    return _last
