"""The missing figures that would decide each open verdict, over a whole population at once."""

from collections.abc import Iterator

from registry.tiering.evaluation import Codes, Evaluation, Path, Result, children
from registry.tiering.language import Rule
from registry.tiering.needs import Lack, Need, lacks
from registry.tiering.population import Bools


def open_needs(evaluation: Evaluation) -> dict[Need, Bools]:
    """Every place that would help to decide somebody's open criteria, with the rows that lack it, in rule order.

    Row by row it is what ``needs`` of a report says of one firm; here each place is looked at once for everybody.
    """
    found: dict[Need, Bools] = {}
    for criterion in evaluation.standard.criteria:
        if criterion.advisory or criterion.id not in evaluation.nodes:
            continue
        still_open = evaluation.codes[criterion.id] == Result.UNKNOWN
        for need, rows in _walk(evaluation, evaluation.nodes[criterion.id], criterion.rule, (), still_open, 0):
            found[need] = found[need] | rows if need in found else rows
    return {need: rows for need, rows in found.items() if rows.any()}


def _walk(
    evaluation: Evaluation, nodes: dict[Path, Codes], rule: Rule, path: Path, rows: Bools, shift: int
) -> Iterator[Lack]:
    """Down to the undecided conditions that keep a rule undecided."""
    rows = rows & (nodes[path] == Result.UNKNOWN)
    if not rows.any():
        return
    inside = children(rule, evaluation.population.procedure)
    if not inside:
        for need, absent in lacks(rule, evaluation.population, shift):
            yield need, rows & absent
    for index, child in enumerate(inside):
        yield from _walk(evaluation, nodes, child.rule, (*path, index), rows, shift + child.shift)
