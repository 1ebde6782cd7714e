"""Reading one criterion of one row: which conditions count, what each found, what is short and what is wanted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from registry.errors import Text
from registry.tiering.describe import requirement
from registry.tiering.evaluation import Evaluation, Path, Result, children, results_of
from registry.tiering.findings import Finding, read
from registry.tiering.language import AnyOf, Choose, EachYear, FirstDecided, Part, Rule, Score, SomeOf, Waiver
from registry.tiering.needs import Need, distinct, needs_of_rule, open_leaves
from registry.tiering.population import Population
from registry.tiering.score_reading import score_finding
from registry.tiering.standard import Criterion
from registry.tiering.wording import RESULT_WORDS


@dataclass(frozen=True)
class Placed:
    """A finding with its place in the rule and the named part it belongs to, with that part's own place.

    ``alternative``: the part is one of several ways.
    """

    path: Path
    part: Part | None
    part_path: Path
    alternative: bool
    finding: Finding


def grouped(placed: Iterable[Placed]) -> list[list[Placed]]:
    """Findings of one named part together; every other one by itself."""
    return [list(several) for _, several in groupby(placed, key=lambda one: one.part_path)]


class Reading:
    """One criterion of one row. ``firm`` is the population of that row alone; results come from the evaluation."""

    def __init__(self, evaluation: Evaluation, criterion: Criterion, firm: Population, row: int) -> None:
        self.criterion, self.firm = criterion, firm
        self.result = Result(int(evaluation.codes[criterion.id][row]))
        self.results = results_of(evaluation, criterion.id, row)
        self.evaluation, self.row = evaluation, row

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Every condition that counts, in the order of the rule; none where it is not applicable."""
        found: list[Placed] = []
        if self.results:
            for path, rule, shift, yearly in self._leaves(self.criterion.rule, (), 0, yearly=False):
                part_path, part, alternative = self._part_above(path)
                if isinstance(rule, Score):
                    finding = score_finding(rule, self.evaluation, self.row, self.results[path])
                else:
                    finding = read(rule, self.firm, shift, self.results[path], yearly=yearly)
                found.append(Placed(path, part, part_path, alternative, finding))
        return tuple(found)

    def _leaves(self, rule: Rule, path: Path, shift: int, *, yearly: bool) -> Iterator[tuple[Path, Rule, int, bool]]:
        """The conditions without conditions inside that count, with the years they are moved by."""
        inside = children(rule, self.firm.procedure)
        if not inside:
            yield path, rule, shift, yearly
        for index in self._branches(rule, path, len(inside)):
            child = inside[index]
            deeper = yearly or isinstance(rule, EachYear)
            yield from self._leaves(child.rule, (*path, index), shift + child.shift, yearly=deeper)

    def _part_above(self, path: Path) -> tuple[Path, Part | None, bool]:
        """The innermost named part a condition belongs to, and whether it is one of several ways."""
        rule, found, part, alternative = self.criterion.rule, path, None, False
        for depth, index in enumerate(path):
            inner = children(rule, self.firm.procedure)[index].rule
            if isinstance(inner, Part):
                found, part, alternative = path[: depth + 1], inner, isinstance(rule, AnyOf)
            rule = inner
        return found, part, alternative

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
        carrying = tuple(one for one in self.placed if self._carries(one.path))
        texts: list[Text] = []
        for several in grouped(carrying or self.placed):
            first = several[0]
            if first.part and first.alternative and len(several) > 1 and self.result is not Result.MET:
                texts.append(self.part_text(first))
            else:
                texts += [one.finding.text for one in several]
        return Text("；".join(one.zh for one in texts), "; ".join(one.en for one in texts))

    def part_text(self, placed: Placed) -> Text:
        """The name of the part a finding belongs to, and what the part came to."""
        name, words = placed.part.name if placed.part else placed.finding.name, RESULT_WORDS[self.part_result(placed)]
        return Text(f"{name.zh}（{words.zh}）", f"{name.en} ({words.en})")

    def part_result(self, placed: Placed) -> Result:
        """What the part a finding belongs to came to."""
        return self.results[placed.part_path]

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
        return self._short(self.criterion.rule, ()) if self.result is Result.UNMET else []

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
