"""Reading one criterion of one row: which conditions count, what each found, what is short and what is wanted."""

from dataclasses import dataclass
from functools import cached_property

from registry.errors import Text
from registry.tiering.describe import requirement
from registry.tiering.evaluation import Evaluation, Path, Result, children
from registry.tiering.findings import Finding, read
from registry.tiering.language import AnyOf, Choose, EachYear, FirstDecided, Part, Rule, Score, SomeOf, Waiver
from registry.tiering.needs import Need, distinct, needs_of_rule, open_leaves
from registry.tiering.population import Population
from registry.tiering.score_reading import score_finding
from registry.tiering.standard import Criterion


@dataclass(frozen=True)
class Placed:
    """A finding with its place in the rule and the named part it belongs to."""

    path: Path
    part: Part | None
    finding: Finding


class Reading:
    """One criterion of one row. ``firm`` is the population of that row alone; results come from the evaluation."""

    def __init__(self, evaluation: Evaluation, criterion: Criterion, firm: Population, row: int) -> None:
        self.criterion, self.firm = criterion, firm
        self.result = Result(int(evaluation.codes[criterion.id][row]))
        nodes = evaluation.nodes.items()
        self.results = {path: Result(int(codes[row])) for (owner, path), codes in nodes if owner == criterion.id}
        self.evaluation, self.row = evaluation, row

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Every condition that counts, in the order of the rule; none where it is not read (R, not applicable)."""
        found: list[Placed] = []
        if self.results:
            self._walk(found, self.criterion.rule, (), 0, None, yearly=False)
        return tuple(found)

    def _walk(
        self, found: list[Placed], rule: Rule, path: Path, shift: int, part: Part | None, *, yearly: bool
    ) -> None:
        if isinstance(rule, Score):
            found.append(Placed(path, part, score_finding(rule, self.evaluation, self.row, self.results[path])))
            return
        inside = children(rule, self.firm.procedure)
        if not inside:
            found.append(Placed(path, part, read(rule, self.firm, shift, self.results[path], yearly=yearly)))
        part = rule if isinstance(rule, Part) else part
        for index in self._branches(rule, path, len(inside)):
            child = inside[index]
            deeper = yearly or isinstance(rule, EachYear)
            self._walk(found, child.rule, (*path, index), shift + child.shift, part, yearly=deeper)

    def _branches(self, rule: Rule, path: Path, count: int) -> list[int]:
        """All conditions inside; of a choice only the branch taken, or the question still open; of several the first
        that is decided.
        """
        if isinstance(rule, FirstDecided):
            decided = [at for at in range(count) if self.results[(*path, at)] is not Result.UNKNOWN]
            return decided[:1] or list(range(count))
        if not isinstance(rule, Choose):
            return list(range(count))
        for index in range(0, count - 1, 2):
            when = self.results[(*path, index)]
            if when is Result.MET:
                return [index + 1]
            if when is not Result.UNMET:
                return [index]
        return [count - 1]

    @property
    def head(self) -> Finding | None:
        """The first condition with the criterion's own result, else the first; of one that is met the first that
        carries it.
        """
        findings = [one.finding for one in self.placed if self._carries(one.path)] or [
            one.finding for one in self.placed
        ]
        return next((one for one in findings if one.result is self.result), findings[0] if findings else None)

    @property
    def text(self) -> Text:
        """What was found; where the rule was not read, what it asks."""
        if not self.placed:
            return Text(requirement(self.criterion.rule, "zh"), requirement(self.criterion.rule, "en"))
        carrying = [one for one in self.placed if self._carries(one.path)]
        texts = [one.finding.text for one in carrying or self.placed]
        return Text("；".join(one.zh for one in texts), "; ".join(one.en for one in texts))

    def _carries(self, path: Path) -> bool:
        """Of a criterion that is met, whether this condition is part of why: of alternatives only those that hold."""
        met = Result.MET
        return self.result is not met or all(self.results[path[:depth]] is met for depth in range(len(path) + 1))

    def needs(self) -> list[Need]:
        """Places of the figures file that would decide an unknown criterion."""
        if self.result is not Result.UNKNOWN or not self.results:
            return []
        leaves = open_leaves(self.criterion.rule, (), self.firm, self.results)
        return distinct(need for rule, shift in leaves for need in needs_of_rule(rule, self.firm, shift))

    def shortfalls(self) -> list[Finding]:
        """What to change to meet an unmet criterion: every unmet condition, of alternatives only what takes least."""
        return self._short(self.criterion.rule, ())

    def _short(self, rule: Rule, path: Path) -> list[Finding]:
        if self.results.get(path) is not Result.UNMET:
            return []
        inside = children(rule, self.firm.procedure)
        if not inside:
            return [one.finding for one in self.placed if one.path == path and one.finding.short]
        taken = self._branches(rule, path, len(inside))
        ways = [self._short(inside[index].rule, (*path, index)) for index in taken]
        if isinstance(rule, Waiver):
            return ways[0]
        if isinstance(rule, AnyOf | SomeOf):
            wanted = rule.count - self._met(path, len(inside)) if isinstance(rule, SomeOf) else 1
            ways = sorted((way for way in ways if way), key=len)[:wanted]
        return [finding for way in ways for finding in way]

    def _met(self, path: Path, count: int) -> int:
        return sum(self.results[(*path, index)] is Result.MET for index in range(count))
