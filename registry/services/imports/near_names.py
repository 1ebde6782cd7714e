"""Firms whose names come near the name of a row that nothing exact was found for: a few queries a chunk.

Loaded only when a row is undecided: it brings NumPy and the index of names along.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Text
from registry.identity import fold_name
from registry.matching.certainty import Asked, Offered, Weighed
from registry.matching.finding import Found, find
from registry.matching.index import filed
from registry.matching.parts import parts_of
from registry.models import Enterprise, EnterpriseName
from registry.services.imports.bulk import among
from registry.services.imports.interpreting import Facts
from registry.services.keys import provisional_key
from registry.services.name_books import name_index
from registry.vocabulary import NameKind

_NAME = (
    col(EnterpriseName.id),
    col(EnterpriseName.folded),
    col(EnterpriseName.kind),
    col(Enterprise.id),
    col(Enterprise.name_zh),
    col(Enterprise.city_code),
    col(Enterprise.uscc),
    col(Enterprise.registration_no),
    col(Enterprise.founded_on),
    col(Enterprise.merged_into_id),
)


class Near(NamedTuple):
    """A firm that may be meant. ``candidate`` is how it is kept with the row."""

    enterprise_id: int
    candidate: dict[str, Any]


class NearFirms(NamedTuple):
    """What was found for one row: the firm that is certain, and those worth asking about, best first."""

    accepted: Near | None
    offered: tuple[Near, ...]


def near_firms(session: Session, chunk: Sequence[Facts], *, without_code: bool = False) -> list[NearFirms]:
    """One answer for each row. ``without_code`` looks only among firms that have no credit code yet."""
    index = name_index(session, without_code=without_code)
    asked = [asked_of(facts) for facts in chunk]
    numbers = index.near([filed(each.parts, each.city) for each in asked])
    known = _offered(session, {number for each in numbers for number in each}, without_code)
    answers = []
    for each, near in zip(asked, numbers, strict=True):
        found = find(each, (known[number][0] for number in near if number in known), index.heard)
        names = {known[number][0].number: known[number][1] for number in near if number in known}
        answers.append(_answer(found, names))
    return answers


def asked_of(facts: Facts) -> Asked:
    """What a row says about its firm, for weighing."""
    return Asked(
        parts_of(facts.get("folded") or fold_name(facts["name"])),
        facts.get("city_code"),
        facts.get("uscc"),
        facts.get("registration_no"),
        facts.get("founded_on"),
    )


def _answer(found: Found, names: dict[int, str]) -> NearFirms:
    shown = tuple(_near(each, names) for each in found.candidates)
    return NearFirms(_near(found.accepted, names) if found.accepted else None, shown)


def _near(each: Weighed, names: dict[int, str]) -> Near:
    number = each.offered.number
    return Near(number, candidate_of(each, names[number]))


def candidate_of(each: Weighed, name: str) -> dict[str, Any]:
    """A weighed firm as it is kept with a row."""
    return {
        "key": each.offered.uscc or provisional_key(each.offered.number),
        "name": name,
        "why": "near_former_name" if each.offered.former else "near_name",
        "score": each.score,
        "agrees": list(each.comparison.agrees),
        "differences": [_words(one.code, one.part, one.text) for one in each.comparison.differences],
        "city": each.offered.city,
    }


def _words(code: str, part: str, text: Text) -> dict[str, str]:
    return {"code": f"{part}:{code}", "zh": text.zh, "en": text.en}


def _offered(session: Session, numbers: Iterable[int], without_code: bool) -> dict[int, tuple[Offered, str]]:
    """Number of a name → the firm under that name, and what the firm is called now. Voided firms are left out."""
    wanted = list(numbers)
    if not wanted:
        return {}
    rows = session.execute(
        select(*_NAME)
        .join(Enterprise, col(Enterprise.id) == col(EnterpriseName.enterprise_id))
        .where(among(session, col(EnterpriseName.id), wanted), col(Enterprise.voided_at).is_(None))
    ).all()
    found = {}
    merged = [row for row in rows if row[9] is not None]
    for row in rows:
        if row[9] is None and not (without_code and row[6] is not None):
            found[row[0]] = _one(row, row[2] is NameKind.FORMER)
    for row in merged:
        firm = _present(session, row[3])
        if firm is not None and not (without_code and firm[6] is not None):
            found[row[0]] = _one((row[0], row[1], row[2], *firm[3:]), former=True)
    return found


def _one(row: Any, former: bool) -> tuple[Offered, str]:
    _, folded, _, number, name, city, uscc, registration_no, founded_on, _ = row
    founded = founded_on.isoformat() if founded_on else None
    return Offered(number, parts_of(folded), former, city, uscc, registration_no, founded), name


def _present(session: Session, number: int) -> tuple[Any, ...] | None:
    """The columns of the firm a merged one is part of today."""
    firm = session.get_one(Enterprise, number)
    while firm.merged_into_id is not None:
        firm = session.get_one(Enterprise, firm.merged_into_id)
    if firm.voided_at is not None:
        return None
    return (
        None,
        None,
        None,
        firm.id,
        firm.name_zh,
        firm.city_code,
        firm.uscc,
        firm.registration_no,
        firm.founded_on,
        None,
    )
