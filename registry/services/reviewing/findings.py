"""What the standard of a call says about a firm if what it sent were true."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from sqlmodel import Session

from registry.errors import RegistryError
from registry.models import Enterprise, Submission
from registry.services.assessing.gathering import FIELDS, all_titles, gather
from registry.services.standards import known_standards
from registry.services.submitting.catalogue import field_of
from registry.tiering.evaluation import evaluate
from registry.tiering.figure_values import read_value
from registry.tiering.population import Population
from registry.tiering.reads import reads
from registry.tiering.report import explain
from registry.tiering.report_shapes import Report
from registry.tiering.selection import find
from registry.tiering.standard import Procedure


def findings_for(
    session: Session,
    *,
    enterprise: Enterprise,
    version: str,
    procedure: Procedure,
    sent: Mapping[str, Any],
    as_of: date,
) -> Report:
    """The findings of one version of a standard for a firm, with the values that were sent laid over what is known.

    Titles are those of the register. Raises NotFound for an unknown version.
    """
    standard = find(version, among=known_standards(session))[0]
    titles = all_titles(session, enterprise.id)
    known = gather(
        session,
        ids=np.array([enterprise.id], dtype=np.int64),
        reads=reads(standard, as_of=as_of, procedure=procedure),
        as_of=as_of,
        procedure=procedure,
        titles=titles,
    )
    return explain(evaluate(standard, laid_over(known, sent)), 0)


def laid_over(known: Population, sent: Mapping[str, Any]) -> Population:
    """A population of one in which values that were sent count more than those that are known."""
    figures: dict[tuple[str, int], list[Any]] = {}
    facts: dict[str, list[Any]] = {}
    for path, value in sent.items():
        field = field_of(path, year=known.last_year)
        if field is None or value in (None, ""):
            continue
        if field.year is not None:
            figures[field.target, field.year] = [value]
        elif path.startswith("facts.") and field.figure is not None:
            facts[field.target] = [read_value(path, field.figure, value)]
        elif path.startswith("profile.") and field.target in FIELDS:
            facts[field.target] = [date.fromisoformat(value) if field.kind == "date" else value]
    over = Population.from_columns(size=1, as_of=known.as_of, procedure=known.procedure, figures=figures, facts=facts)
    return replace(
        known,
        figures={**known.figures, **over.figures},
        facts={**known.facts, **over.facts},
        dates={**known.dates, **over.dates},
    )


def report_of(
    session: Session, submission: Submission, enterprise: Enterprise, version: str, procedure: Procedure,
    sent: Mapping[str, Any], as_of: date,
) -> Report | None:  # fmt: skip
    """The findings for a submission; None where its standard is not known any more or what was sent cannot be read."""
    if not version:
        return None
    try:
        return findings_for(
            session, enterprise=enterprise, version=version, procedure=procedure, sent=sent, as_of=as_of
        )
    except RegistryError:
        return None
