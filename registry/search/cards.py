"""What is shown of a hit, kept with its entry: no query needs the database for its rows. One line of JSON each.

Dates and states stay as recorded: what a title *is* on a day is worked out when it is shown.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from registry.search.words import compact, compact_core
from registry.vocabulary import BatchState, NameKind, OperatingStatus

_TITLE_KEYS = (
    *("listing_id", "directory_code", "valid_from", "valid_to", "batch_id", "batch_label", "batch_year", "state"),
    *("document_no", "announced_on", "import_id", "row_id", "row_number", "sheet", "name_as_announced"),
    *("certificate_no", "group_label", "withdrawn_on", "withdrawal_reason", "withdrawal_document"),
)
"""Columns of :func:`registry.titles.shown_titles` that are kept; what a directory is called is looked up."""
_DATES = ("valid_from", "valid_to", "announced_on", "withdrawn_on")


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of the enterprise and when it bore it."""

    name: str
    kind: NameKind
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class EnterpriseCard:
    """One enterprise as results show it, with all a text may have matched."""

    key: str
    """What stands behind /e/."""
    uscc: str | None
    name: str
    names: tuple[KnownName, ...] = ()
    """Other names, those of enterprises merged into it as former names."""
    codes: tuple[str, ...] = ()
    """Credit codes, registration numbers and provisional keys that lead to it, its own credit code first."""
    stock_code: str | None = None
    city: str | None = None
    founded_year: int | None = None
    industry: str | None = None
    operating_status: OperatingStatus = OperatingStatus.UNKNOWN
    chains: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    titles: tuple[dict[str, Any], ...] = ()
    """Rows of :func:`registry.titles.shown_titles` without the directory’s own columns."""

    def named(self, *kinds: NameKind) -> list[str]:
        """Its other names of some kinds."""
        return [known.name for known in self.names if known.kind in kinds]

    def forms(self, read: Callable[[str], str]) -> str:
        """What similar names are compared by: the compact name, then each short form with its reading."""
        former = (NameKind.CURRENT, NameKind.FORMER)
        shorts = [compact_core(self.name)]
        shorts += [compact_core(n.name) if n.kind in former else compact(n.name) for n in self.names]
        return "|".join([compact(self.name), *(f"{s}:{read(s)}" for s in dict.fromkeys(shorts) if s)])

    def summary_titles(self, directories: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """The titles with their directory’s own columns; those of a directory that is not known are left out."""
        return [title | directories[c] for title in self.titles if (c := title["directory_code"]) in directories]

    def dump(self) -> str:
        """One line of JSON, the same for the same card."""
        names = [[n.name, n.kind.value, _day(n.valid_from), _day(n.valid_to)] for n in self.names]
        titles = [_trimmed([_plain(title[key]) for key in _TITLE_KEYS]) for title in self.titles]
        values = [self.key, self.uscc, self.name, names, self.codes, self.stock_code, self.city, self.founded_year]
        values += [self.industry, self.operating_status.value, self.chains, self.products, titles]
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Self:
        """The card of a line. Raises ValueError for anything else."""
        key, uscc, name, names, codes, stock, city, founded, industry, operating, chains, products, titles = json.loads(
            text
        )
        return cls(
            key=key,
            uscc=uscc,
            name=name,
            names=tuple(KnownName(n, _NAME_KINDS[k], _date(a), _date(b)) for n, k, a, b in names),
            codes=tuple(codes),
            stock_code=stock,
            city=city,
            founded_year=founded,
            industry=industry,
            operating_status=_OPERATING[operating],
            chains=tuple(chains),
            products=tuple(products),
            titles=tuple(map(_title, titles)),
        )


@dataclass(frozen=True, slots=True)
class ProductCard:
    """One product version as results show it, with its entries in catalogues."""

    name: str
    version: str
    maker: str
    maker_key: str | None
    category: str
    entries: tuple[Mapping[str, Any], ...] = ()
    """Each with :data:`PRODUCT_ENTRY_KEYS`."""

    def dump(self) -> str:
        """One line of JSON, the same for the same card."""
        entries = [_trimmed([_plain(entry[key]) for key in PRODUCT_ENTRY_KEYS]) for entry in self.entries]
        values = [self.name, self.version, self.maker, self.maker_key, self.category, entries]
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Self:
        """The card of a line. Raises ValueError for anything else."""
        name, version, maker, maker_key, category, entries = json.loads(text)
        return cls(name, version, maker, maker_key, category, tuple(_row(PRODUCT_ENTRY_KEYS, e) for e in entries))


def forms_of(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What :meth:`EnterpriseCard.forms` wrote: the compact name, and short forms with their readings."""
    name, *shorts = text.split("|")
    return name, tuple((short, reading) for short, _, reading in (each.partition(":") for each in shorts))


PRODUCT_ENTRY_KEYS = (
    *("listing_id", "directory_code", "grade", "valid_from", "valid_to", "batch_id", "batch_label", "state"),
    *("import_id", "row_id", "row_number", "sheet", "withdrawn_on"),
)
_NAME_KINDS = {kind.value: kind for kind in NameKind}
_OPERATING = {status.value: status for status in OperatingStatus}
_STATES = {state.value: state for state in BatchState}


def _title(values: Sequence[Any]) -> dict[str, Any]:
    return _row(_TITLE_KEYS, values)


def _row(keys: tuple[str, ...], values: Sequence[Any]) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(keys)
    row.update(zip(keys, values, strict=False))
    for key in _DATES:
        if row.get(key) is not None:
            row[key] = date.fromisoformat(row[key])
    row["state"] = _STATES[row["state"]]
    return row


def _trimmed(values: list[Any]) -> list[Any]:
    while values and values[-1] is None:
        values.pop()
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, BatchState) else value


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
