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
from registry.models import Enterprise, EnterpriseName, Listing, MatchDecision
from registry.services.imports.bulk import among
from registry.services.imports.interpreting import Facts
from registry.vocabulary import DecisionVerdict, IdentityState, NameKind, OperatingStatus


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


PLACE_MAX = 120
"""A place abroad is kept in words; so many characters tell it."""

FIRM_COLUMNS = tuple(getattr(Enterprise, name) for name in Firm.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class NamedFirm:
    """A firm and the name under which it was found."""

    firm: Firm
    name: str
    kind: NameKind


@dataclass(frozen=True, slots=True)
class Remembered:
    """An earlier decision: this firm (``same``), a firm of its own (``new``), or not this one (``other``)."""

    id: int
    verdict: DecisionVerdict
    firm: Firm | None


@dataclass(slots=True)
class Knowledge:
    """What is known about one chunk. Merged firms have been followed to where they are now, voided ones left out."""

    by_code: dict[str, Firm] = field(default_factory=dict)
    by_registration: dict[str, list[Firm]] = field(default_factory=lambda: defaultdict(list))
    by_folded: dict[str, list[NamedFirm]] = field(default_factory=lambda: defaultdict(list))
    near: dict[str, "NearHits"] = field(default_factory=dict)
    """Firms that come near what a row states, by ``near_key``, for rows that nothing exact was found for."""
    remembered: dict[str, list[Remembered]] = field(default_factory=dict)
    """What was decided about a row that stated the same, by ``decision_key``."""

    def numbers(self) -> set[int]:
        """Every firm a row of the chunk may turn out to mean."""
        registered = (firm for firms in self.by_registration.values() for firm in firms)
        named = (hit.firm for hits in self.by_folded.values() for hit in hits)
        near = (hits.accepted for hits in self.near.values() if hits.accepted is not None)
        decided = (one.firm for many in self.remembered.values() for one in many if one.firm is not None)
        return {firm.id for firm in itertools.chain(self.by_code.values(), registered, named, near, decided)}


@dataclass(frozen=True, slots=True)
class NearHits:
    """What scoring found for a row: the firm that is certain with how sure, and the candidates to show a person."""

    accepted: Firm | None
    certain: dict[str, Any] | None
    candidates: list[dict[str, Any]]


def near_key(facts: Facts) -> str:
    """Rows that state the same about their firm are scored once."""
    said = (facts.get(fact) or "" for fact in ("folded", "city_code", "uscc", "registration_no", "founded_on"))
    return "|".join(said)


class Lookup:
    """Asks the database for chunks of facts."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._codeless: bool | None = None
        self._decided_before: bool | None = None
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
        self._remembered(known, chunk)
        self._near(known, chunk)
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

    def _remembered(self, known: Knowledge, chunk: Sequence[Facts]) -> None:
        """Earlier decisions about names of the chunk; most registries have none, which is asked once."""
        if self._decided_before is None:
            live = select(col(MatchDecision.id)).where(col(MatchDecision.revoked_at).is_(None)).limit(1)
            self._decided_before = self.session.execute(live).first() is not None
        folded = {facts["folded"] for facts in chunk if "folded" in facts} if self._decided_before else set()
        if not folded:
            return
        rows = self.session.scalars(
            select(MatchDecision)
            .where(among(self.session, col(MatchDecision.folded), folded), col(MatchDecision.revoked_at).is_(None))
            .order_by(col(MatchDecision.id).desc())
        ).all()
        firms = self.firms({row.enterprise_id for row in rows if row.enterprise_id is not None})
        now = self._merged(firms.values())
        for row in rows:
            firm = None
            if row.enterprise_id is not None:
                firm = now.get(row.enterprise_id, firms[row.enterprise_id])
                if firm.voided_at is not None:
                    continue
            known.remembered.setdefault(decision_key(row.folded, row.place, row.code), []).append(
                Remembered(row.id, row.verdict, firm)
            )

    def _near(self, known: Knowledge, chunk: Sequence[Facts]) -> None:
        """Score the rows for which nothing exact was found."""
        open_rows = {near_key(facts): facts for facts in chunk if _is_open(facts, known)}
        coded = {key: facts for key, facts in open_rows.items() if "uscc" in facts}
        if coded and not self._some_without_code():
            open_rows = {key: facts for key, facts in open_rows.items() if key not in coded}
            coded = {}
        if not open_rows:
            return
        # NumPy and the index of all names: only where they are needed.
        from registry.services.imports.near_names import NearFirms, near_firms

        plain = {key: facts for key, facts in open_rows.items() if key not in coded}
        found: dict[str, NearFirms] = {}
        for rows, without_code in ((plain, False), (coded, True)):
            if rows:
                answers = near_firms(self.session, list(rows.values()), without_code=without_code)
                found.update(zip(rows, answers, strict=True))
        firms = self.firms({each.accepted.enterprise_id for each in found.values() if each.accepted is not None})
        for key, each in found.items():
            if each.accepted is not None or each.offered:
                certain = each.accepted
                known.near[key] = NearHits(
                    firms[certain.enterprise_id] if certain else None,
                    certain.candidate if certain else None,
                    [near.candidate for near in each.offered],
                )

    def _some_without_code(self) -> bool:
        """Whether any firm of the registry still lacks its credit code; asked once."""
        if self._codeless is None:
            lacking = select(col(Enterprise.id)).where(
                col(Enterprise.uscc).is_(None), col(Enterprise.voided_at).is_(None)
            )
            self._codeless = self.session.execute(lacking.limit(1)).first() is not None
        return self._codeless

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


def _is_open(facts: Facts, known: Knowledge) -> bool:
    """Whether a row states a name for which nothing exact is known."""
    if not facts.get("folded"):
        return False
    if facts.get("uscc") in known.by_code or facts["folded"] in known.by_folded:
        return False
    return facts.get("registration_no") not in known.by_registration


def decision_key(folded: str, place: str, code: str) -> str:
    """Under what a decision is remembered: the name as printed, folded, with the place and the code of its row."""
    return f"{folded}|{place}|{code}"


def decided_about(facts: Facts) -> tuple[str, str, str]:
    """Folded name, place and code as given of a row, as decisions keep them."""
    place = facts.get("place") or facts.get("city_code") or facts.get("region_code") or ""
    code = facts.get("uscc") or facts.get("registration_no") or facts.get("code_as_given") or ""
    return facts["folded"], place[:PLACE_MAX], code
