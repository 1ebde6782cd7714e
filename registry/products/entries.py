"""What a catalogue says, as the check of a list needs it: product versions and the state of their entries on a day."""

from dataclasses import dataclass
from datetime import date

from registry.products.categories import Category, category_of
from registry.products.versions import Printed, take_apart
from registry.titles import HELD
from registry.vocabulary import TitleStatus


@dataclass(frozen=True, slots=True)
class Entry:
    """One product version with its strongest entry on the day that is asked about."""

    product_id: int
    listing_id: int
    name: str
    version: str
    maker: str
    maker_key: str | None
    in_province: bool
    category: str
    """As the list calls it."""
    grade: int | None
    valid_from: date
    valid_to: date | None
    status: TitleStatus
    days_left: int | None

    @property
    def label(self) -> str:
        """Name and version as one text; the version is not repeated where the name has it."""
        return self.name if self.version in self.name else f"{self.name} {self.version}"

    @property
    def held(self) -> bool:
        """In force on the day."""
        return self.status in HELD


@dataclass(frozen=True, slots=True)
class Known:
    """An entry with its name taken apart."""

    entry: Entry
    printed: Printed
    category: Category | None


def known(entry: Entry) -> Known:
    """The entry, read as a line would be."""
    printed = take_apart(entry.label)
    return Known(entry, printed, category_of(entry.category) or printed.category)


def strength(entry: Entry) -> tuple[bool, int, int, date, int]:
    """Sorts entries, best first: in force, of the province, higher grade, longer valid, then by number."""
    return (
        not entry.held,
        not entry.in_province,
        -(entry.grade or 0),
        date.fromordinal(date.max.toordinal() - (entry.valid_to or date.max).toordinal() + 1),
        entry.product_id,
    )
