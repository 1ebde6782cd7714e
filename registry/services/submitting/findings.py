"""What a standard says about an enterprise when the values of a submission (or of a what-if) stand in its place."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from sqlmodel import Session

from registry.errors import NotFound
from registry.models import Enterprise
from registry.services.assessing.gathering import FIELDS, Stated, all_titles, gather
from registry.services.standards import known_standards
from registry.tiering.evaluation import evaluate
from registry.tiering.reads import reads
from registry.tiering.report import explain
from registry.tiering.report_shapes import Report
from registry.tiering.selection import find
from registry.tiering.standard import Procedure, Standard
from registry.vocabulary import Procedure as ProcedureWord


def standard_of(session: Session, version: str) -> Standard | None:
    """The very version of a standard; None where it is known no more."""
    try:
        return find(version, among=known_standards(session))[0]
    except NotFound:
        return None


def rule_procedure(procedure: ProcedureWord) -> Procedure:
    """The rules' own word for a procedure."""
    return "review" if procedure is ProcedureWord.REVIEW else "new"


def stated_by(values: Mapping[str, Any]) -> Stated:
    """Values by path as the rules name them: annual.2025.revenue is (revenue, 2025)."""
    stated: dict[str | tuple[str, int], Any] = {}
    for path, value in values.items():
        kind, _, rest = path.partition(".")
        if kind == "annual":
            year, _, name = rest.partition(".")
            stated[name, int(year)] = value
        elif kind == "facts" and value is not None:
            stated[rest] = value
        elif kind == "profile" and rest in FIELDS:
            stated[rest] = value if rest != "founded_on" or value is None else date.fromisoformat(value)
    return stated


def findings_with(
    session: Session,
    *,
    enterprise: Enterprise,
    standard: Standard,
    procedure: Procedure,
    as_of: date,
    values: Mapping[str, Any],
) -> Report:
    """The findings of a standard with these values in place of what the registry holds. Nothing is stored."""
    ids = np.array([enterprise.id], dtype=np.int64)
    firm = gather(
        session,
        ids=ids,
        reads=reads(standard, as_of=as_of, procedure=procedure),
        as_of=as_of,
        procedure=procedure,
        titles=all_titles(session, enterprise.id),
        stated=stated_by(values),
    )
    return explain(evaluate(standard, firm), 0)
