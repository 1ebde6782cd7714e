"""Which official values and place notes stand: read together for a whole plan."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Text
from registry.models import PlanPlace, PlanValue
from registry.schemas.targets import Actual, PlaceNote
from registry.services.places import place
from registry.services.targets.catalogue import Plan, chain_names
from registry.vocabulary import Trust

_TRUST = {trust: place for place, trust in enumerate(Trust)}

AREA, CHAIN = "area", "chain"
"""What a note is about: the first half of its subject."""


def entered_values(session: Session, plan: Plan, *, as_of: date) -> dict[str, list[Actual]]:
    """Indicator → official values for days up to ``as_of`` that stand, latest first, of a day the most trusted first.

    ``as_of`` is the day the values are about; what is corrected later is corrected for every day asked about.
    """
    found: dict[str, list[Actual]] = {}
    query = select(PlanValue).where(
        col(PlanValue.plan_code) == plan.row.code,
        col(PlanValue.replaced_at).is_(None),
        col(PlanValue.on_day) <= as_of,
    )
    for row in session.scalars(query):
        found.setdefault(row.indicator_code, []).append(_actual(row))
    return {code: in_order(values) for code, values in found.items()}


def in_order(values: Iterable[Actual]) -> list[Actual]:
    """Latest day first; of the same day the most trusted first."""
    return sorted(values, key=lambda one: (-one.on_day.toordinal(), _TRUST[one.trust], one.value_id or 0))


def differ(first: Actual, others: Iterable[Actual]) -> bool:
    """Whether an entered value says something else about the same day than the first.

    A count of the registry is no contradiction of a statistic: they do not count the same.
    """
    if first.counted:
        return False
    return any(not one.counted and one.on_day == first.on_day and one.value != first.value for one in others)


def _actual(row: PlanValue) -> Actual:
    return Actual(
        value=row.value,
        on_day=row.on_day,
        trust=row.trust,
        counted=False,
        firms=None,
        figure_year=None,
        value_id=row.id,
        document=row.document,
        document_no=row.document_no or None,
        document_on=row.document_on,
        source_url=row.source_url or None,
        version=row.version,
    )


def place_notes(session: Session, plan: Plan) -> dict[str, PlaceNote]:
    """Every subject of a plan, areas first, with what stands about it; empty notes where nothing was entered."""
    query = select(PlanPlace).where(col(PlanPlace.plan_code) == plan.row.code, col(PlanPlace.replaced_at).is_(None))
    rows = {row.subject: row for row in session.scalars(query)}
    return {subject: _note(subject, name, rows.get(subject)) for subject, name in subjects(session, plan).items()}


def subjects(session: Session, plan: Plan) -> Mapping[str, Text]:
    """What a plan can say about places: each area, then each chain."""
    areas = {f"{AREA}:{one['code']}": Text(one["name_zh"], one["name_en"]) for one in plan.row.areas}
    return areas | {f"{CHAIN}:{code}": name for code, name in chain_names(session).items()}


def _note(subject: str, name: Text, row: PlanPlace | None) -> PlaceNote:
    cities = row.cities if row is not None else []
    return PlaceNote(
        subject=subject,
        name=name,
        cities=cities,
        city_names=[place(code) or Text(code, code) for code in cities],
        words=Text(row.words_zh, row.words_en or row.words_zh) if row is not None else Text("", ""),
        source=row.source if row is not None else "",
        version=row.version if row is not None else 0,
        entered_by=row.entered_by if row is not None else "",
        recorded_at=row.recorded_at if row is not None else None,
    )
