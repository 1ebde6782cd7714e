"""Where a dated title stands on the timeline's track of 120 months."""

from dataclasses import dataclass
from datetime import date

YEARS = 10
MONTHS_SHOWN = YEARS * 12


@dataclass(frozen=True, slots=True)
class Place:
    """A bar's place: start and length in years and months of the track, and whether it began before the track."""

    years: int
    months: int
    length_years: int
    length_months: int
    cut: bool

    @property
    def classes(self) -> str:
        """The utility classes that put the bar there; a style attribute would be blocked by the security policy."""
        return f"y{self.years} o{self.months} v{self.length_years} u{self.length_months}"


def place(start: date, end: date | None, first_year: int) -> Place | None:
    """The place of a period on the track that begins in January of ``first_year``; None if it lies outside.

    Days are rounded to the nearest turn of a month, so a term and the one that follows it the next day never overlap.
    An open end runs to the right edge; a bar is at least one month long.
    """
    begin = _turn(start, first_year)
    stop = MONTHS_SHOWN if end is None else min(_turn(end, first_year), MONTHS_SHOWN)
    stop = max(stop, begin + 1)
    if begin >= MONTHS_SHOWN or stop <= 0:
        return None
    shown = max(begin, 0)
    years, months = divmod(shown, 12)
    length_years, length_months = divmod(stop - shown, 12)
    return Place(years, months, length_years, length_months, cut=begin < 0)


def place_of_day(day: date, first_year: int) -> str | None:
    """The classes of the as-of line, or None if the day is not on the track."""
    month = _month(day, first_year)
    if not 0 <= month < MONTHS_SHOWN:
        return None
    years, months = divmod(month, 12)
    return f"y{years} o{months}"


def first_year_shown(as_of: date) -> int:
    """The track's first year: two years ahead of the date looked at and seven behind, so terms in force fit."""
    return as_of.year - 7


def _month(day: date, first_year: int) -> int:
    return (day.year - first_year) * 12 + day.month - 1


def _turn(day: date, first_year: int) -> int:
    return _month(day, first_year) + (day.day > 15)
