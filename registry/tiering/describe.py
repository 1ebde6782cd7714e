"""A standard in plain words, generated from the rule itself, so that text and decision cannot drift apart."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from registry.errors import Locale
from registry.tiering.directory_words import place_words, title_words
from registry.tiering.evaluation import members
from registry.tiering.figures import choice_words, fact_names
from registry.tiering.language import (
    AllOf,
    AnyOf,
    BandedThreshold,
    ByProcedure,
    Choose,
    Compare,
    EachYear,
    FirstDecided,
    InPrinciple,
    Judged,
    LocatedIn,
    No,
    NoTitle,
    OneOf,
    Part,
    Review,
    Rule,
    Score,
    ScorePart,
    Size,
    SomeOf,
    Title,
    Waiver,
    Yes,
)
from registry.tiering.measures import Words
from registry.tiering.sizes import CLASS_WORDS
from registry.tiering.standard import Confidence, Criterion, Procedure, Standard
from registry.tiering.wording import SIGNS, about, label, show


class Source(BaseModel):
    """Where a criterion stands: document, number, clause, its confidence mark, and the official address if known."""

    model_config = ConfigDict(frozen=True)

    document: str
    number: str
    clause: str
    confidence: Confidence
    url: str | None = None


class Described(BaseModel):
    """One criterion for the public page."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    sentence: str
    period: str
    note: str | None
    procedures: tuple[Procedure, ...]
    source: Source


def describe(standard: Standard, locale: Locale) -> list[Described]:
    """Every criterion of a standard in one sentence, in the order of the document."""
    return [
        Described(
            id=one.id,
            name=words_in(one.name, locale),
            sentence=requirement(one.rule, locale),
            period=words_in(one.period, locale),
            note=None if one.note is None else words_in(one.note, locale),
            procedures=one.procedures,
            source=source_of(standard, one),
        )
        for one in standard.criteria
    ]


def source_of(standard: Standard, criterion: Criterion) -> Source:
    """The citation of a criterion."""
    document = standard.documents[criterion.document]
    return Source(
        document=document.title,
        number=document.number,
        clause=criterion.clause,
        confidence=criterion.confidence,
        url=document.url,
    )


def words_in(words: Words, locale: Locale) -> str:
    """Words of a rule file in one language."""
    return words.en if locale == "en" else words.zh


def requirement(rule: Rule, locale: Locale) -> str:
    """What a rule asks, without any values of a firm."""
    match rule:
        case Compare():
            return _compare(rule, locale)
        case Yes() | No() | OneOf() | Title() | NoTitle() | LocatedIn() | Size() | Review():
            return _plain(rule, locale)
        case AllOf() | AnyOf() | SomeOf() | FirstDecided() | Waiver():
            return _group(rule, locale)
        case Choose():
            return _choice(rule, locale)
        case Score():
            return _score(rule, locale)
        case _:
            return _wrapped(rule, locale)


def _wrapped(rule: EachYear | ByProcedure | Judged | InPrinciple | Part, locale: Locale) -> str:
    """A rule around another one."""
    english = locale == "en"
    match rule:
        case EachYear():
            inner = requirement(rule.each_year, locale)
            return f"in each of the last {rule.years} years: {inner}" if english else f"近 {rule.years} 年每年{inner}"
        case ByProcedure():
            new, review = requirement(rule.new, locale), requirement(rule.review, locale)
            return f"new application: {new}; review: {review}" if english else f"新申报：{new}；复核：{review}"
        case Judged():
            confirmed = " (confirmed by an examiner)" if english else "（由审核人员确认）"
            return requirement(rule.judged, locale) + confirmed
        case InPrinciple():
            inner = requirement(rule.in_principle, locale)
            below = " (below it, a person decides)" if english else "（不足的由人工判断）"
            return f"{'in principle: ' if english else '原则上'}{inner}{below}"
        case Part():
            return f"{words_in(rule.name, locale)}{': ' if english else '：'}{requirement(rule.rule, locale)}"


def threshold_words(rule: Compare, locale: Locale) -> str:
    """≥ 5,000 万元; or the threshold of every band."""
    unit, counter = about(rule.value)
    sign = SIGNS[rule.operator]
    if not isinstance(rule.threshold, BandedThreshold):
        return f"{sign} {show(unit, counter, rule.threshold, locale)}"
    banded = rule.threshold
    by_unit, by_counter = about(banded.by)
    by = words_in(banded.label, locale)
    pieces = []
    for band in banded.bands:
        use = f"{sign} {show(unit, counter, band.use, locale)}"
        if band.up_to is None:
            pieces.append(f"{use} (above that)" if locale == "en" else f"{use}（更高）")
        else:
            edge = show(by_unit, by_counter, band.up_to, locale)
            pieces.append(f"{use} ({by} ≤ {edge})" if locale == "en" else f"{use}（{by} ≤ {edge}）")
    return (", " if locale == "en" else "、").join(pieces)


def _compare(rule: Compare, locale: Locale) -> str:
    must = " must be " if locale == "en" else "须 "
    return f"{label(rule, locale)}{must}{threshold_words(rule, locale)}"


def _plain(rule: Yes | No | OneOf | Title | NoTitle | LocatedIn | Size | Review, locale: Locale) -> str:
    english = locale == "en"
    match rule:
        case LocatedIn():
            places = place_words(rule.located_in, locale)
            return f"must be registered in {places}" if english else f"须在{places}登记"
        case Size():
            if set(rule.size) == {"micro", "small", "medium"}:
                return "must be a micro, small or medium-sized enterprise" if english else "须为中小微企业"
            classes = (" or " if english else "或").join(CLASS_WORDS[one].in_(locale) for one in rule.size)
            return f"must be a {classes}" if english else f"划型须为{classes}"
        case Yes():
            name = fact_names()[rule.yes].label.in_(locale)
            return f"required: {name}" if english else f"须具备：{name}"
        case No():
            name = fact_names()[rule.no].label.in_(locale)
            return f"ruled out: {name}" if english else f"不得有：{name}"
        case OneOf():
            name = fact_names()[rule.code].label.in_(locale)
            among = (", or " if english else "或").join(choice_words(one).in_(locale) for one in rule.among)
            return f"{name} must be {among}" if english else f"{name}须为{among}"
        case Title():
            names = title_words(rule.title, locale)
            return f"must hold a valid title of {names}" if english else f"须持有有效的{names}称号"
        case NoTitle():
            names = title_words(rule.no_title, locale)
            return f"must not hold a valid title of {names}" if english else f"不得持有有效的{names}称号"
        case Review():
            return words_in(rule.review_by_person, locale)


def _group(rule: AllOf | AnyOf | SomeOf | FirstDecided | Waiver, locale: Locale) -> str:
    english = locale == "en"
    if isinstance(rule, Waiver):
        need, waiver = requirement(rule.need, locale), _bracketed(rule.waived_by, locale)
        return f"{need}; waived by: {waiver}" if english else f"{need}；{waiver}的可豁免"
    if facts := _facts_only(rule, locale):
        return facts
    inner = [_bracketed(one, locale) for one in members(rule)]
    if isinstance(rule, AnyOf) and any(isinstance(one, Score | Part) for one in rule.any):
        return ("; or " if english else "；或").join(inner)
    if isinstance(rule, AllOf):
        return ("; and " if english else "；且").join(inner)
    if isinstance(rule, AnyOf | FirstDecided):
        return (", or " if english else "，或").join(inner)
    return (
        f"at least {rule.count} of: {'; '.join(inner)}" if english else f"至少满足 {rule.count} 项：{'；'.join(inner)}"
    )


def _facts_only(rule: AllOf | AnyOf | SomeOf | FirstDecided, locale: Locale) -> str:
    """Several facts of which one is required, or that are all ruled out: the word once. Otherwise nothing."""
    english, inside = locale == "en", members(rule)
    have = [fact_names()[one.yes].label.in_(locale) for one in inside if isinstance(one, Yes)]
    without = [fact_names()[one.no].label.in_(locale) for one in inside if isinstance(one, No)]
    if isinstance(rule, AnyOf) and len(have) == len(inside):
        return f"required, one of: {'; '.join(have)}" if english else f"须具备其一：{'、'.join(have)}"
    if isinstance(rule, AllOf) and len(without) == len(inside):
        return f"ruled out: {'; '.join(without)}" if english else f"不得有：{'、'.join(without)}"
    return ""


def _bracketed(rule: Rule, locale: Locale) -> str:
    text = requirement(rule, locale)
    if not isinstance(rule, AllOf | AnyOf | SomeOf | FirstDecided | Waiver):
        return text
    return f"({text})" if locale == "en" else f"（{text}）"


def _choice(rule: Choose, locale: Locale) -> str:
    english = locale == "en"
    pieces = []
    for case in rule.choose:
        when = condition(case.when, locale) if case.name is None else words_in(case.name, locale)
        then = requirement(case.then, locale)
        pieces.append(f"if {when}: {then}" if english else f"{when}：{then}")
    last = requirement(rule.otherwise, locale)
    pieces.append(f"otherwise: {last}" if english else f"其他：{last}")
    return ("; " if english else "；").join(pieces)


def condition(rule: Rule, locale: Locale) -> str:
    """A rule as the condition of a choice, without "must"."""
    if isinstance(rule, Compare):
        return f"{label(rule, locale)} {threshold_words(rule, locale)}"
    if isinstance(rule, AllOf) and all(isinstance(one, Compare) for one in rule.all):
        return _range(rule.all, locale)
    return requirement(rule, locale)


def _range(rules: Sequence[Rule], locale: Locale) -> str:
    """Two limits of one value: its name once."""
    texts: list[str] = []
    seen: set[str] = set()
    for one in rules:
        if isinstance(one, Compare):
            name = f"{label(one, locale)} "
            texts.append(("" if name in seen else name) + threshold_words(one, locale))
            seen.add(name)
    return (" and " if locale == "en" else " 且 ").join(texts)


def _score(rule: Score, locale: Locale) -> str:
    english = locale == "en"
    parts = [f"{words_in(part.name, locale)} {part.max}{_least(part, locale)}" for part in rule.score]
    mark = f"> {rule.more_than}" if rule.more_than is not None else f"≥ {rule.at_least}"
    total = sum(part.max for part in rule.score)
    name = words_in(rule.label, locale)
    if english:
        return f"{name} must be {mark} of {total} ({', '.join(parts)})"
    return f"{name}须 {mark} 分（满分 {total}：{'、'.join(parts)}）"


def _least(part: ScorePart, locale: Locale) -> str:
    """The least a part needs by itself, if it needs one."""
    if part.minimum is None and not part.not_zero:
        return ""
    least = f"≥ {part.minimum}" if part.minimum is not None else "> 0"
    return f" (itself {least})" if locale == "en" else f"（单项 {least}）"
