"""The gap sentence: 还差 1 件Ⅰ类知识产权、研发费用 180 万元; 补 2024 年研发费用即可判断."""

from collections.abc import Sequence

from registry.errors import Locale, Text
from registry.tiering.evaluation import Verdict
from registry.tiering.findings import Finding
from registry.tiering.measures import Words
from registry.tiering.needs import Need

NAMED = 6
"""So many missing figures are named; of more, their number is given."""


def gap_sentence(
    verdict: Verdict, short: Sequence[Finding], needs: Sequence[Need], to_judge: Sequence[Words], to_confirm: int
) -> Text:
    """What keeps the enterprise from the title. Missing data is asked for, never counted as failing.

    ``short``: unmet conditions; ``needs``: missing figures; ``to_judge``: criteria a person must decide first;
    ``to_confirm``: how many more the examiner confirms with the application in hand.
    """
    return Text(
        _sentence("zh", verdict, short, needs, to_judge, to_confirm),
        _sentence("en", verdict, short, needs, to_judge, to_confirm),
    )


def _sentence(
    locale: Locale,
    verdict: Verdict,
    short: Sequence[Finding],
    needs: Sequence[Need],
    to_judge: Sequence[Words],
    to_confirm: int,
) -> str:
    english = locale == "en"
    if verdict is Verdict.ELIGIBLE:
        if not to_confirm:
            return "All conditions are met" if english else "全部条件符合"
        if english:
            return f"All conditions the data can decide are met; an examiner confirms {to_confirm} more"
        return f"数据可判断的条件全部符合；另有 {to_confirm} 项由审核人员确认"
    clauses = _short_clauses(short, locale)
    if needs:
        clauses.append(_needs_clause(needs, locale, first=not clauses, only=not clauses and not to_judge))
    if to_judge:
        names = _joined([words.en if english else words.zh for words in to_judge], locale)
        clauses.append(f"for a person to judge: {names}" if english else f"须人工判断：{names}")
    if not clauses:  # nothing is short, missing or to judge: a figure is there and cannot be divided by
        zh, en = "有条件无法计算（除数不大于 0）", "Some conditions cannot be computed (divided by nothing)"
        return en if english else zh
    text = ("; " if english else "；").join(clauses)
    return text[:1].upper() + text[1:]


def _short_clauses(short: Sequence[Finding], locale: Locale) -> list[str]:
    english = locale == "en"
    # Countable things first: 1 件Ⅰ类知识产权 before 研发费用 180 万元.
    ordered = sorted(short, key=lambda one: one.unit != "items")
    words = [(one.short_kind, one.short.in_(locale)) for one in ordered if one.short is not None]
    more = [text for kind, text in words if kind == "more"]
    clauses = []
    if more:
        clauses.append(f"short of {_joined(more, locale)}" if english else f"还差 {_joined(more, locale)}")
    return clauses + [text for kind, text in words if kind != "more"]


def _needs_clause(needs: Sequence[Need], locale: Locale, *, first: bool, only: bool) -> str:
    english = locale == "en"
    names = [one.words(locale) for one in needs[:NAMED]]
    listed = _joined(names, locale)
    if len(needs) > NAMED:
        listed = f"{listed} and {len(needs) - NAMED} more" if english else f"{listed}等 {len(needs)} 项"
    if only:
        return f"add {listed} to decide" if english else f"补 {listed} 即可判断"
    return f"add {listed}" if english else f"{'补' if first else '并补'} {listed}"


def _joined(words: Sequence[str], locale: Locale) -> str:
    if locale == "en":
        return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
    return "、".join(words)
