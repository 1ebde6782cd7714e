"""A firm's what-if: its own figures with some of them different, judged by one standard; nothing is stored."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.models import Enterprise, Fact, Figure
from registry.services.assessing.gathering import strength_of
from registry.services.standards import known_standards
from registry.services.submitting.catalogue import field_of
from registry.services.submitting.checking import contradictions
from registry.services.submitting.findings import findings_with
from registry.services.submitting.state import FieldState, whole
from registry.services.submitting.values import Unreadable, read, text_of
from registry.tiering.figures import stated_name
from registry.tiering.reads import reads
from registry.tiering.report_shapes import Report
from registry.tiering.selection import find


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The fields with what was typed, and the findings; none while something cannot be read."""

    fields: dict[str, FieldState]
    report: Report | None


def asked_by(session: Session, enterprise_id: int, report: Report) -> dict[str, FieldState]:
    """The figures and facts the standard reads, each with what the registry holds."""
    standard = find(report.version, among=known_standards(session))[0]
    wanted = reads(standard, as_of=report.as_of, procedure=report.procedure)
    paths = [f"annual.{year}.{name}" for name, year in sorted(wanted.figures, key=lambda one: (-one[1], one[0]))]
    paths += [f"facts.{name}" for name in sorted({stated_name(name) for name in wanted.facts | wanted.dates})]
    held = _held(session, enterprise_id)
    found = {}
    for path in paths:
        about = field_of(path, year=report.as_of.year - 1)
        if about is not None:
            value = held.get(path)
            found[path] = FieldState(about, value=value, shown=text_of(about, value), open=True)
    return found


def try_values(
    session: Session,
    *,
    enterprise_id: int,
    report: Report,
    asked: Mapping[str, FieldState],
    typed: Mapping[str, str],
) -> WhatIf:
    """Judge again with what was typed. Rights are asked by whoever calls."""
    fields = {}
    for path, now in asked.items():
        text = typed.get(path, now.shown).strip()[:4_000]
        state = FieldState(now.field, shown=text, open=True)
        try:
            state.value = read(now.field, text)
        except Unreadable as error:
            state.fault = error.fault
        fields[path] = state
    values = {path: one.value for path, one in fields.items()}
    for found in contradictions({path: one.field for path, one in fields.items()}, values):
        fields[found.paths[0]].fault = found.fault
    if any(one.fault for one in fields.values()):
        return WhatIf(fields, None)
    standard = find(report.version, among=known_standards(session))[0]
    again = findings_with(
        session,
        enterprise=session.get_one(Enterprise, enterprise_id),
        standard=standard,
        procedure=report.procedure,
        as_of=clock.today(),
        values=values,
    )
    return WhatIf(fields, again)


def _held(session: Session, enterprise_id: int) -> dict[str, object]:
    figures = select(Figure).where(col(Figure.enterprise_id) == enterprise_id)
    held: dict[str, object] = {
        f"annual.{one.year}.{one.name}": whole(one.value)
        for one in session.scalars(figures.order_by(strength_of(Figure), col(Figure.id)))
    }
    facts = select(Fact).where(col(Fact.enterprise_id) == enterprise_id)
    known = session.scalars(facts.order_by(strength_of(Fact), col(Fact.id)))
    return held | {f"facts.{one.name}": one.value for one in known}
