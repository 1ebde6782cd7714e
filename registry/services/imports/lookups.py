"""What the registry already knows about the firms of a chunk of rows: a few queries a chunk, never one a row."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session, col

from registry.identity import fold_name
from registry.models import Enterprise, EnterpriseName, Listing
from registry.services.imports.bulk import among
from registry.services.imports.interpreting import Facts
from registry.vocabulary import IdentityState, NameKind, OperatingStatus


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise as far as matching and filling need it. Field names are those of the table."""

    id: int
    identity: IdentityState
    uscc: str | None
    registration_no: str | None
    name_zh: str
    name_en: str | None
    region_code: str | None
    city_code: str | None
    industry_code: str | None
    founded_on: date | None
    operating_status: OperatingStatus
    registered_capital_cny: int | None
    registered_capital_text: str | None
    stock_code: str | None
    listed_market: str | None
    website: str | None
    address: str | None
    main_business: str | None
    merged_into_id: int | None
    voided_at: datetime | None


FIRM_COLUMNS = tuple(getattr(Enterprise, name) for name in Firm.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class NamedFirm:
    """A firm and the name under which it was found."""

    firm: Firm
    name: str
    kind: NameKind


@dataclass(slots=True)
class Knowledge:
    """What is known about one chunk. Merged firms have been followed to where they are now, voided ones left out."""

    by_code: dict[str, Firm] = field(default_factory=dict)
    by_registration: dict[str, list[Firm]] = field(default_factory=lambda: defaultdict(list))
    by_folded: dict[str, list[NamedFirm]] = field(default_factory=lambda: defaultdict(list))

    def numbers(self) -> set[int]:
        """Every firm a row of the chunk may turn out to mean."""
        registered = (firm for firms in self.by_registration.values() for firm in firms)
        named = (hit.firm for hits in self.by_folded.values() for hit in hits)
        return {firm.id for firm in itertools.chain(self.by_code.values(), registered, named)}


class Lookup:
    """Asks the database for chunks of facts."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._empty = session.execute(select(col(Enterprise.id)).limit(1)).first() is None

    def about(self, chunk: Sequence[Facts]) -> Knowledge:
        """Firms under the codes, numbers and folded names of a chunk. Fills ``folded`` in where a name is looked up."""
        known = Knowledge()
        for facts in chunk:
            if "name" in facts:
                folded = fold_name(facts["name"])
                # Most names fold to themselves: one text is kept, not two.
                facts["folded"] = facts["name"] if folded == facts["name"] else folded
        if self._empty:
            return known
        self._by_code(known, {facts["uscc"] for facts in chunk if "uscc" in facts})
        self._by_registration(known, {facts["registration_no"] for facts in chunk if "registration_no" in facts})
        self._by_name(
            known, {facts["folded"] for facts in chunk if "folded" in facts and facts.get("uscc") not in known.by_code}
        )
        return known

    def listed(self, batch_id: int, firms: Iterable[int]) -> set[int]:
        """Those of the firms that already have a listing in the batch."""
        numbers = list(firms)
        if not numbers:
            return set()
        found = self.session.execute(
            select(col(Listing.enterprise_id)).where(
                col(Listing.batch_id) == batch_id,
                col(Listing.voided_at).is_(None),
                among(self.session, col(Listing.enterprise_id), numbers),
            )
        )
        return set(found.scalars())

    def names_of(self, firms: Iterable[int]) -> dict[int, set[str]]:
        """Every folded name of the firms."""
        numbers = list(firms)
        names: dict[int, set[str]] = defaultdict(set)
        if numbers:
            for number, folded in self.session.execute(
                select(col(EnterpriseName.enterprise_id), col(EnterpriseName.folded)).where(
                    among(self.session, col(EnterpriseName.enterprise_id), numbers)
                )
            ):
                names[number].add(folded)
        return names

    def firms(self, numbers: Iterable[int]) -> dict[int, Firm]:
        """Firms by their row number."""
        wanted = list(numbers)
        if not wanted:
            return {}
        rows = self.session.execute(select(*FIRM_COLUMNS).where(among(self.session, col(Enterprise.id), wanted)))
        return {row.id: Firm(*row) for row in rows}

    def _by_code(self, known: Knowledge, codes: set[str]) -> None:
        if not codes:
            return
        rows = self.session.execute(select(*FIRM_COLUMNS).where(among(self.session, col(Enterprise.uscc), codes)))
        for firm in self._present(rows):
            known.by_code[firm[0]] = firm[1]

    def _by_registration(self, known: Knowledge, numbers: set[str]) -> None:
        if not numbers:
            return
        rows = self.session.execute(
            select(*FIRM_COLUMNS).where(among(self.session, col(Enterprise.registration_no), numbers))
        )
        found = [Firm(*row) for row in rows]
        now = self._merged(found)
        for firm in found:
            present = now.get(firm.id, firm)
            if present.voided_at is None and present not in known.by_registration[firm.registration_no or ""]:
                known.by_registration[firm.registration_no or ""].append(present)

    def _by_name(self, known: Knowledge, folded: set[str]) -> None:
        if not folded:
            return
        rows = self.session.execute(
            select(col(EnterpriseName.folded), col(EnterpriseName.name), col(EnterpriseName.kind), *FIRM_COLUMNS)
            .join(Enterprise, col(Enterprise.id) == col(EnterpriseName.enterprise_id))
            .where(among(self.session, col(EnterpriseName.folded), folded))
            .order_by(col(EnterpriseName.id))
        ).all()
        firms = [Firm(*row[3:]) for row in rows]
        now = self._merged(firms)
        for row, firm in zip(rows, firms, strict=True):
            present = now.get(firm.id, firm)
            if present.voided_at is None:
                # The current name of a firm that was merged is a former name of the firm it went into.
                kind = NameKind.FORMER if present is not firm and row.kind is NameKind.CURRENT else row.kind
                known.by_folded[row.folded].append(NamedFirm(present, row.name, kind))

    def _present(self, rows: Iterable[Row[*tuple[Any, ...]]]) -> list[tuple[str, Firm]]:
        found = [Firm(*row) for row in rows]
        now = self._merged(found)
        present = [(firm.uscc or "", now.get(firm.id, firm)) for firm in found]
        return [(code, firm) for code, firm in present if firm.voided_at is None]

    def _merged(self, firms: Iterable[Firm]) -> dict[int, Firm]:
        """Merged firm → the firm it is part of now, however many mergers lie between."""
        end: dict[int, int] = {firm.id: firm.merged_into_id for firm in firms if firm.merged_into_id is not None}
        loaded: dict[int, Firm] = {}
        while missing := {target for target in end.values() if target not in loaded}:
            loaded |= self.firms(missing)
            end = {
                start: next_id if (next_id := loaded[target].merged_into_id) is not None else target
                for start, target in end.items()
            }
        return {start: loaded[target] for start, target in end.items()}
