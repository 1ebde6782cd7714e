"""Which missing figures would decide an open verdict: found for a row, and named again from their place."""

from registry.errors import Text
from registry.tiering.evaluation import Evaluation
from registry.tiering.needs import Need, distinct
from registry.tiering.reading import Reading


def wanted(evaluation: Evaluation, row: int) -> tuple[Need, ...]:
    """What this row is missing, in the order of the rule: the same as ``needs`` of its report."""
    firm = evaluation.population.row(row)
    weighing = (criterion for criterion in evaluation.standard.criteria if not criterion.advisory)
    readings = (Reading(evaluation, criterion, firm, row) for criterion in weighing)
    return tuple(distinct(need for reading in readings for need in reading.needs()))


def need_words(path: str) -> Text:
    """What people call a place of a figures file: annual.2024.rd_expense is 2024 年研发费用. Raises KeyError."""
    need = need_of(path)
    return Text(need.words("zh"), need.words("en"))


def need_of(path: str) -> Need:
    """The need whose place this is; one of the names, where several are read from one place."""
    scope, _, name = path.partition(".")
    if scope == "annual":
        year, _, name = name.partition(".")
        return Need(name, int(year))
    return Need(name)
