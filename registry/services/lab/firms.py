"""The firms behind the counts of a trial, inside the region of whoever asks, to read and to take away."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Locale, Text
from registry.models import Enterprise
from registry.policies import Actor, own_region
from registry.schemas.base import ReadModel
from registry.schemas.enterprises import EnterpriseSummary
from registry.services.assessing.choosing import in_region
from registry.services.downloads import guarded
from registry.services.enterprises import summaries
from registry.services.lab.drafts import get_draft
from registry.services.lab.trials import Reason, latest_trial, movers_of, wrong_of
from registry.services.standards import known_standards
from registry.tiering.selection import find
from registry.tiering.standard import Standard

SHOWN = 50
CHUNK = 400
HEADS = (
    Text("变动", "Change"),
    Text("企业名称", "Enterprise"),
    Text("统一社会信用代码", "Credit code"),
    Text("城市", "City"),
    Text("结果有变的条件", "Criteria whose result changes"),
    Text("还差", "What is missing"),
)
SIDES = {True: Text("新增", "gains"), False: Text("落出", "loses")}


class Moved(ReadModel):
    """A firm that changes sides, the criteria whose results change, and why in words (of the first of each side)."""

    enterprise: EnterpriseSummary
    gains: bool
    criteria: tuple[str, ...]
    reason: Reason | None


class Disagreed(ReadModel):
    """A firm that list and draft disagree on, with the criteria it falls short of."""

    enterprise: EnterpriseSummary
    batch_id: int
    listed: bool
    criteria: tuple[str, ...]


def moved_firms(
    session: Session, *, draft_id: int, actor: Actor, as_of: date, limit: int | None = SHOWN
) -> list[Moved]:
    """Who changes sides by the last what-if, those who gain first; only firms inside the official's own region.

    ``limit`` of each side. Raises NotFound, NotAllowed.
    """
    draft = get_draft(session, draft_id=draft_id, actor=actor)
    trial = latest_trial(session, draft_id=draft_id, kind="what_if")
    if trial is None:
        return []
    movers, reasons = movers_of(session, trial.id)
    visible = _visible(session, [one.enterprise_id for one in movers], own_region(actor))
    chosen = []
    for gains in (True, False):
        chosen += [one for one in movers if one.gains is gains and one.enterprise_id in visible][:limit]
    base = find(draft.based_on, among=known_standards(session))[0]
    named = _named(session, [one.enterprise_id for one in chosen], as_of)
    return [
        Moved(
            enterprise=named[one.enterprise_id],
            gains=one.gains,
            criteria=_differing(base, draft.standard, one.before, one.after),
            reason=reasons.get(one.enterprise_id),
        )
        for one in chosen
        if one.enterprise_id in named
    ]


def disagreed_firms(session: Session, *, draft_id: int, actor: Actor, as_of: date) -> list[Disagreed]:
    """Whom the last backtest judged otherwise than the lists, those missed first; inside the official's own region."""
    draft = get_draft(session, draft_id=draft_id, actor=actor)
    trial = latest_trial(session, draft_id=draft_id, kind="backtest")
    if trial is None:
        return []
    wrong = wrong_of(session, trial.id)
    visible = _visible(session, [one.enterprise_id for one in wrong], own_region(actor))
    chosen = []
    for listed in (True, False):
        chosen += [one for one in wrong if one.listed is listed and one.enterprise_id in visible][:SHOWN]
    named = _named(session, [one.enterprise_id for one in chosen], as_of)
    return [
        Disagreed(
            enterprise=named[one.enterprise_id],
            batch_id=one.batch_id,
            listed=one.listed,
            criteria=tuple(_unmet(draft.standard, one.results)),
        )
        for one in chosen
        if one.enterprise_id in named
    ]


def write_moved(
    session: Session, stream: BinaryIO, *, draft_id: int, actor: Actor, as_of: date, locale: Locale = "zh"
) -> int:
    """All of them as CSV (UTF-8 with BOM, nothing a spreadsheet would calculate); returns how many."""
    found = moved_firms(session, draft_id=draft_id, actor=actor, as_of=as_of, limit=None)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow([head.in_(locale) for head in HEADS])
        writer.writerows([guarded(cell) for cell in _cells(one, locale)] for one in found)
    finally:
        text.detach()
    return len(found)


def _cells(one: Moved, locale: Locale) -> tuple[object, ...]:
    firm = one.enterprise
    reason = None if one.reason is None else Text(one.reason.zh, one.reason.en).in_(locale)
    city = firm.city_name if locale == "zh" else firm.city_name_en or firm.city_name
    return SIDES[one.gains].in_(locale), firm.name, firm.uscc, city, " ".join(one.criteria), reason


def _differing(base: Standard, draft: Standard, before: str, after: str) -> tuple[str, ...]:
    """Criteria whose result differs, in the order of the draft, then those the draft has no more."""
    old = dict(zip((one.id for one in base.criteria), before, strict=False))
    new = dict(zip((one.id for one in draft.criteria), after, strict=False))
    return tuple(name for name in [*new, *(name for name in old if name not in new)] if old.get(name) != new.get(name))


def _unmet(standard: Standard, results: str) -> Iterator[str]:
    for criterion, letter in zip(standard.criteria, results, strict=False):
        if letter == "U" and not criterion.advisory:
            yield criterion.id


def _visible(session: Session, ids: Sequence[int], region: str) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        part = col(Enterprise.id).in_(ids[start : start + CHUNK])
        found |= set(session.scalars(select(col(Enterprise.id)).where(part, in_region(region))))
    return found


def _named(session: Session, ids: Sequence[int], as_of: date) -> dict[int, EnterpriseSummary]:
    found: dict[int, EnterpriseSummary] = {}
    for start in range(0, len(ids), CHUNK):
        found |= {one.id: one for one in summaries(session, ids[start : start + CHUNK], as_of=as_of)}
    return found
