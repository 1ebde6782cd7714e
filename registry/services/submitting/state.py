"""A submission as it stands: each field with its value, last year's, what is wrong with it, and whether it is open."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Text
from registry.models import Evidence, Figure, Submission, SubmissionField
from registry.services.assessing.gathering import strength_of
from registry.services.submitting.asked import Asked, Document, asked_of, part_of
from registry.services.submitting.catalogue import FieldDef
from registry.services.submitting.checking import (
    UnitQuestion,
    contradictions,
    doubted,
    missing,
    single_faults,
    unit_question,
)
from registry.services.submitting.moves import EDITABLE
from registry.services.submitting.values import UNIT, Fault, Unreadable, read
from registry.vocabulary import FieldDecision, SubmissionState

PREFILLED = "登记库"
"""Who saved a value nobody has looked at yet: it came from the registry."""
EVIDENCE = "evidence."
"""A returned document stands as a field of this name: evidence.audit_report."""
Part = str
DONE, OPEN, WRONG, UNTOUCHED = "done", "open", "wrong", "untouched"
"""How far a part is."""


@dataclass(slots=True)
class FieldState:
    """One field now. ``before``: last year's value of a figure. ``shown``: the text that stands in it."""

    field: FieldDef
    value: Any = None
    shown: str = ""
    saved_by: str = ""
    fault: Fault | None = None
    question: UnitQuestion | None = None
    before: Any = None
    open: bool = False
    missing: bool = False
    decision: FieldDecision | None = None
    reason_code: str = ""
    reason: str = ""

    @property
    def touched(self) -> bool:
        """Somebody has looked at it and saved it, changed or not."""
        return bool(self.saved_by) and self.saved_by != PREFILLED


@dataclass(slots=True)
class State:
    """All of one submission."""

    submission: Submission
    asked: Asked
    fields: dict[str, FieldState]
    evidence: list[Evidence] = field(default_factory=list)
    returned_documents: dict[str, SubmissionField] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        """The values by path, without those in doubt."""
        return {path: one.value for path, one in self.fields.items() if one.question is None and one.value is not None}

    @property
    def unsure(self) -> frozenset[str]:
        """Fields whose unit is still asked about."""
        return frozenset(path for path, one in self.fields.items() if one.question is not None)

    def part(self, name: Part) -> list[FieldState]:
        """The fields of one page, in order."""
        return [one for one in self.fields.values() if part_of(one.field) == name]

    def status(self, name: Part) -> str:
        """How far a page is: wrong goes before all, done means looked at and nothing missing."""
        mine = self.part(name)
        if any(one.fault for one in mine):
            return WRONG
        if not any(one.touched for one in mine):
            return UNTOUCHED
        return OPEN if any(one.missing for one in mine) else DONE

    def missing_documents(self) -> list[Document]:
        """Documents that must be there and are not."""
        there = {one.slug for one in self.evidence}
        return [one for one in self.asked.documents if one.required and one.slug not in there]

    def faults(self) -> list[FieldState]:
        """Fields with something wrong."""
        return [one for one in self.fields.values() if one.fault is not None]

    def gaps(self) -> list[FieldState]:
        """Required fields without a value."""
        return [one for one in self.fields.values() if one.missing and one.fault is None]

    def is_open(self, slug: str) -> bool:
        """Whether a document may be added or taken away now: of a returned submission those that were asked for."""
        state = self.submission.state
        if state is not SubmissionState.RETURNED:
            return state is SubmissionState.DRAFT
        proves = {one.field.proof for one in self.fields.values() if one.open} - {""}
        return slug in self.returned_documents or slug in proves or slug == "other"


def read_state(session: Session, submission: Submission, *, today: date) -> State:
    """The submission with everything that follows from its fields. Rights are asked by whoever calls."""
    asked = asked_of(session, submission)
    rows = {row.path: row for row in session.scalars(_ROWS.where(col(SubmissionField.submission_id) == submission.id))}
    before = _last_years(session, submission, asked)
    state = State(submission, asked, {})
    for path, about in asked.fields.items():
        state.fields[path] = _field_state(about, rows.get(path), before.get(path), submission)
    _check(state, today)
    state.evidence = list(
        session.scalars(
            select(Evidence)
            .where(col(Evidence.submission_id) == submission.id, col(Evidence.removed_at).is_(None))
            .order_by(col(Evidence.id))
        )
    )
    state.returned_documents = {
        path.removeprefix(EVIDENCE): row
        for path, row in rows.items()
        if path.startswith(EVIDENCE) and row.decision is FieldDecision.RETURNED
    }
    return state


_ROWS = select(SubmissionField)


def _field_state(about: FieldDef, row: SubmissionField | None, before: Any, submission: Submission) -> FieldState:
    state = FieldState(about, before=before)
    if row is not None:
        state.value, state.shown, state.saved_by = row.value, row.typed, row.saved_by
        state.decision, state.reason_code, state.reason = row.decision, row.reason_code, row.reason
        if row.fault and row.fault != UNIT:
            state.fault = _read_again(about, row)
        elif not row.unit_confirmed:
            state.question = unit_question(about, row.value, before)
    if submission.state is SubmissionState.RETURNED:
        state.open = state.decision is FieldDecision.RETURNED
    else:
        state.open = submission.state in EDITABLE
    return state


def _read_again(about: FieldDef, row: SubmissionField) -> Fault:
    """The fault in words, by reading what was typed once more."""
    try:
        read(about, row.typed)
    except Unreadable as error:
        return error.fault
    return Fault(row.fault, Text("请核对这一项。", "Check this field."))


def _check(state: State, today: date) -> None:
    """Lay what the values say about each other over the fields."""
    for one in state.fields.values():
        if one.question is not None and one.fault is None:
            one.fault = doubted(one.question)
    values = state.values
    for path, fault in single_faults(state.asked.fields, values, today=today).items():
        if state.fields[path].fault is None:
            state.fields[path].fault = fault
    for found in contradictions(state.asked.fields, values):
        part, whole = (state.fields[path] for path in found.paths)
        # Of a returned submission the fault stands where something can be done about it.
        place = whole if whole.open and not part.open else part
        if place.fault is None:
            place.fault = found.fault
    for path in missing(state.asked.fields.values(), {path: one.value for path, one in state.fields.items()}):
        state.fields[path].missing = True


def _last_years(session: Session, submission: Submission, asked: Asked) -> dict[str, Any]:
    """Last year's value for each yearly figure asked: the strongest the registry holds."""
    wanted = [one for one in asked.fields.values() if one.year is not None]
    if not wanted:
        return {}
    rows = session.execute(
        select(col(Figure.name), col(Figure.year), col(Figure.value))
        .where(
            col(Figure.enterprise_id) == submission.enterprise_id,
            col(Figure.year).in_({one.year - 1 for one in wanted if one.year is not None}),
        )
        .order_by(strength_of(Figure), col(Figure.id))
    )
    held = {(name, year): whole(value) for name, year, value in rows}
    return {one.path: held.get((one.target, (one.year or 0) - 1)) for one in wanted}


def whole(value: Decimal) -> int | float:
    """A stored figure as fields keep it: a whole number where it is one."""
    return int(value) if value == value.to_integral_value() else float(value)


__all__ = ["DONE", "EVIDENCE", "OPEN", "PREFILLED", "UNTOUCHED", "WRONG", "FieldState", "State", "read_state"]
