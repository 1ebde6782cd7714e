"""Product versions, their entries in catalogues, and answers about a shopping list, as they are read."""

from datetime import date

from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.schemas.enterprises import ProductEntry
from registry.schemas.paging import Page
from registry.schemas.titles import DocumentRef
from registry.vocabulary import TitleStatus


class CatalogueRow(ReadModel):
    """One product version with its strongest entry on the day: in force before not, then the higher grade."""

    id: int
    """What stands behind /products/."""
    name: str
    version: str
    maker_name: str
    """As announced."""
    maker_key: str | None
    """What stands behind /e/; None for a maker that is not in the registry."""
    city_code: str | None
    """Of the maker."""
    category: str
    """As the list calls it."""
    category_code: str | None
    """In the tree of categories; None for a category the tree does not know."""
    grade: int | None
    """Ordered; 1 is Ⅰ级, higher is stronger."""
    listing_id: int
    directory_code: str
    batch_id: int
    batch_label: str
    document_no: str | None
    announced_on: date | None
    valid_from: date
    valid_to: date | None
    status: TitleStatus
    days_left: int | None
    document_ref: DocumentRef | None

    @property
    def label(self) -> str:
        """Name and version; the version is not repeated where the name has it."""
        return self.name if self.version in self.name else f"{self.name} {self.version}"


class CategoryCount(ReadModel):
    """A category and how many product versions of the answer it has, those below it counted in."""

    code: str
    """Of the tree, or the printed word for a category the tree does not know."""
    name: Text
    parent: str | None
    count: int


class GradeCount(ReadModel):
    """How many product versions of the answer have this grade; None gathers those without."""

    grade: int | None
    count: int


class StateCount(ReadModel):
    """How many product versions of the answer are in this state."""

    status: TitleStatus
    count: int


class Catalogue(ReadModel):
    """A page of the catalogue with the counts a visitor narrows it by."""

    as_of: date
    rows: Page[CatalogueRow]
    categories: list[CategoryCount]
    """Each parent before its children; counted without the filter of category."""
    grades: list[GradeCount]
    """Weakest first; counted without the filter of grade."""
    states: list[StateCount]
    """Counted without the filter of state."""
    local: int
    """Of the answer, those of makers of the province; counted without that filter."""
    notices: list[Text]


class OtherVersion(ReadModel):
    """Another version of a product family; ``supersedes`` is set for a later one in force (后续版本)."""

    row: CatalogueRow
    supersedes: bool


class ProductPage(ReadModel):
    """One product version on one day."""

    as_of: date
    id: int
    name: str
    version: str
    category: str
    category_code: str | None
    maker_name: str
    maker_key: str | None
    maker_city: str | None
    strongest: CatalogueRow | None
    """The entry that counts on the day; None for a product no shown list names."""
    entries: list[ProductEntry]
    """All shown entries, newest first."""
    others: list[OtherVersion]
    """Of the same maker and family, those that supersede this one first."""


class CheckedEntry(ReadModel):
    """A product version as an answer names it."""

    product_id: int
    listing_id: int
    label: str
    maker: str
    maker_key: str | None
    in_province: bool
    category: str
    grade: int | None
    valid_from: date
    valid_to: date | None
    status: TitleStatus
    days_left: int | None
    document_ref: DocumentRef | None


class CheckedLine(ReadModel):
    """The answer to one line of a shopping list."""

    number: int
    """Of the line or row, as the person sees it."""
    written: str
    quantity: str
    verdict: str
    """valid, due, grade_low, expired, not_yet, other_version, unclear or not_listed."""
    note: Text | None
    category_code: str | None
    grade_asked: int | None
    entry: CheckedEntry | None
    later: list[CheckedEntry]
    """Later versions of the same product, in force."""
    others: list[CheckedEntry]
    """The first of what is in force in the same category and of no lower grade."""
    others_total: int
    candidates: list[CheckedEntry]
    """What an unclear line may mean."""


class CheckedList(ReadModel):
    """A shopping list held against the catalogue of one day."""

    as_of: date
    total: int
    counts: dict[str, int]
    """Lines by verdict, every verdict named."""
    lines: list[CheckedLine]
