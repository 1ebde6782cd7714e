"""A rule as an outline for reading: groups with their conditions below them, in words generated from the rule."""

from dataclasses import dataclass

from registry.errors import Text
from registry.tiering.describe import condition, requirement, words_in
from registry.tiering.evaluation import members
from registry.tiering.language import (
    AllOf,
    AnyOf,
    ByProcedure,
    Choose,
    EachYear,
    InPrinciple,
    Judged,
    Part,
    Rule,
    SomeOf,
    Waiver,
)
from registry.tiering.standard import subrules


@dataclass(frozen=True, slots=True)
class Outline:
    """A line and the lines below it; ``id`` where the standard names the part."""

    text: Text
    below: tuple["Outline", ...] = ()
    id: str | None = None


ALL, ANY = Text("以下全部符合：", "All of these:"), Text("符合下列之一：", "One of these:")
WAIVED, OTHERWISE = Text("有下列情形的可豁免：", "Waived by:"), Text("其他情形：", "Otherwise:")
NEW, REVIEW = Text("新申报：", "New application:"), Text("复核：", "Review:")
CONFIRMED = Text("由审核人员确认：", "Confirmed by an examiner:")
IN_PRINCIPLE = Text("原则上（不足的由人工判断）：", "In principle (below it, a person decides):")


def outline(rule: Rule) -> tuple[Outline, ...]:
    """The lines of a rule. A condition without groups inside is one line: its sentence."""
    if not _is_grouped(rule):
        return (Outline(_sentence(rule)),)
    match rule:
        case AllOf() | AnyOf() | SomeOf():
            return (Outline(_head(rule), _all(*members(rule))),)
        case Waiver():
            return (*outline(rule.need), Outline(WAIVED, outline(rule.waived_by)))
        case Choose():
            return _cases(rule)
        case ByProcedure():
            return (Outline(NEW, outline(rule.new)), Outline(REVIEW, outline(rule.review)))
        case Part():
            return (Outline(Text(f"{rule.name.zh}：", f"{rule.name.en}:"), outline(rule.rule), rule.id),)
        case EachYear():
            head = Text(f"近 {rule.years} 年每年：", f"In each of the last {rule.years} years:")
            return (Outline(head, outline(rule.each_year)),)
        case Judged():
            return (Outline(CONFIRMED, outline(rule.judged)),)
        case InPrinciple():
            return (Outline(IN_PRINCIPLE, outline(rule.in_principle)),)
        case _:
            return (Outline(_sentence(rule)),)


def _is_grouped(rule: Rule) -> bool:
    """Whether it has several conditions inside; wrappers around a single one read well as a sentence."""
    inner = subrules(rule)
    return isinstance(rule, Part) or len(inner) > 1 or any(_is_grouped(one) for one in inner)


def _all(*rules: Rule) -> tuple[Outline, ...]:
    return tuple(line for one in rules for line in outline(one))


def _head(rule: AllOf | AnyOf | SomeOf) -> Text:
    if isinstance(rule, SomeOf):
        return Text(f"至少符合 {rule.count} 项：", f"At least {rule.count} of these:")
    return ALL if isinstance(rule, AllOf) else ANY


def _cases(rule: Choose) -> tuple[Outline, ...]:
    lines = []
    for case in rule.choose:
        zh, en = (condition(case.when, "zh"), condition(case.when, "en"))
        when = Text(zh, en) if case.name is None else Text(words_in(case.name, "zh"), words_in(case.name, "en"))
        lines.append(Outline(Text(f"{when.zh}：", f"If {when.en}:"), outline(case.then)))
    return (*lines, Outline(OTHERWISE, outline(rule.otherwise)))


def _sentence(rule: Rule) -> Text:
    return Text(requirement(rule, "zh"), requirement(rule, "en"))
