"""Why a hit is there, in one phrase: read off the rows of the database, not off the engine."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.errors import Text
from registry.search.cards import KnownName
from registry.search.plan import StrictPlan
from registry.search.rerank import Closeness
from registry.search.words import compact, compact_core, initial_prefixes, normalise, reading_prefixes
from registry.vocabulary import NameKind


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says of a hit, as far as a text may have matched it."""

    name: str
    names: tuple[KnownName, ...]
    codes: tuple[str, ...]
    stock_code: str | None
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable slug, the phrase, and the text that matched (a name, a code) as it is shown."""

    slug: str
    why: Text
    matched: str


UNEXPLAINED = "words"
"""Slug of the reason that is left when no stronger one holds."""
_LISTED = Reason("listed", Text("符合筛选条件", "Matches the filters"), "")


def explain(plan: StrictPlan, known: Known) -> Reason:
    """The strongest reason that holds: code, whole name, other name, beginning, middle, product, sound."""
    if plan.is_everything or not (plan.words or plan.identifiers):
        return _LISTED
    return (
        _by_code(plan, known)
        or _by_whole_name(plan, known)
        or _by_part(plan, known)
        or _by_other_name(plan, known)
        or _by_product(plan, known)
        or _by_english(plan, known)
        or _by_sound(plan, known)
        or Reason(UNEXPLAINED, Text("名称含全部词语", "Name holds all words"), known.name)
    )


def similar(shown: str, closeness: Closeness) -> Reason:
    """For a hit that does not match but comes close."""
    if closeness.by_sound:
        return Reason("near_sound", Text("读音相近", "Sounds alike"), shown)
    if closeness.by_shape:
        return Reason("near_shape", Text("字形相近", "Looks alike"), shown)
    return Reason("near", Text("相近名称", "Similar name"), shown)


def _by_code(plan: StrictPlan, known: Known) -> Reason | None:
    typed = {code.upper() for code in plan.identifiers} | {w.code.upper() for w in plan.words if w.code}
    stock = (known.stock_code or "").upper()
    if stock and any(_digits(t) == _digits(stock) for t in typed if len(_digits(t)) >= 5 and len(t) <= 9):
        return Reason("stock_code", Text("股票代码", "Stock code"), stock)
    for code in known.codes:
        if code.upper() in typed or code.upper()[8:17] in typed:
            return Reason("code", Text("统一社会信用代码", "Unified social credit code"), code)
        if any(len(t) >= 4 and code.upper().startswith(t) for t in typed):
            return Reason("code_prefix", Text("代码开头一致", "Code begins so"), code)
    return None


def _by_whole_name(plan: StrictPlan, known: Known) -> Reason | None:
    if compact(known.name) == plan.whole:
        return Reason("exact", Text("名称完全一致", "Exact name"), known.name)
    for other in known.names:
        if other.kind is not NameKind.CURRENT and compact(other.name) == plan.whole:
            return _other(other, exact=True)
    if plan.whole and compact_core(known.name) == plan.whole:
        return Reason("brand", Text("字号一致", "Same brand"), known.name)
    return None


def _by_part(plan: StrictPlan, known: Known) -> Reason | None:
    name, short = compact(known.name), compact_core(known.name)
    if plan.whole and (name.startswith(plan.whole) or short.startswith(plan.whole)):
        return Reason("prefix", Text("名称开头一致", "Name begins so"), known.name)
    if plan.whole and plan.whole in name:
        return Reason("infix", Text("名称中部匹配", "Inside the name"), known.name)
    if plan.words and all(_has(word.text, word.grams, word.lone, name) for word in plan.words):
        return Reason("contains", Text("名称包含", "Name contains it"), known.name)
    return None


def _by_other_name(plan: StrictPlan, known: Known) -> Reason | None:
    for other in known.names:
        folded = compact(other.name)
        if other.kind is not NameKind.CURRENT and plan.words:
            if all(_has(word.text, word.grams, word.lone, folded) for word in plan.words):
                return _other(other, exact=False)
    return None


def _by_product(plan: StrictPlan, known: Known) -> Reason | None:
    for product in known.products:
        folded = compact(product)
        if plan.words and all(_has(word.text, word.grams, word.lone, folded) for word in plan.words):
            return Reason("product", Text(f"产品：{product}", f"Product: {product}"), product)
    return None


def _by_english(plan: StrictPlan, known: Known) -> Reason | None:
    for other in known.names:
        if other.kind is NameKind.ENGLISH:
            words = set(normalise(other.name).split())
            if plan.words and all(word.latin in words for word in plan.words):
                return _other(other, exact=False)
    return None


def _by_sound(plan: StrictPlan, known: Known) -> Reason | None:
    forms = [(n.name, compact(n.name)) for n in known.names if n.kind is not NameKind.ENGLISH]
    forms = [(known.name, compact_core(known.name)), (known.name, compact(known.name)), *forms]
    forms += [(n.name, compact_core(n.name)) for n in known.names if n.kind is NameKind.FORMER]
    typed = [word.reading for word in plan.words if word.reading] + ([plan.joined] if plan.joined else [])
    short = [word.initials for word in plan.words if word.initials]
    for shown, form in forms:
        if not form or form.isascii():
            continue
        if any(t in reading_prefixes(form) for t in typed):
            return Reason("pinyin", Text("拼音", "Pinyin"), shown)
        if any(t in initial_prefixes(form) for t in short):
            return Reason("initials", Text("拼音首字母", "Pinyin initials"), shown)
    return None


def _other(other: KnownName, *, exact: bool) -> Reason:
    """A reason by a name that is not the present one; a former name says when it was borne."""
    if other.kind is NameKind.FORMER:
        span = _span(other)
        return Reason(
            "former_name",
            Text(f"曾用名 {other.name}{span}", f"Former name {other.name}{span}"),
            other.name,
        )
    label = other.kind.label
    if other.kind is NameKind.ENGLISH:
        return Reason("english_name", label, other.name)
    slug = "short_name" if other.kind is NameKind.SHORT else "alias"
    how = Text("一致", " matches") if exact else Text("包含", " contains it")
    return Reason(slug, Text(f"{label.zh}{how.zh}：{other.name}", f"{label.en}{how.en}: {other.name}"), other.name)


def _span(name: KnownName) -> str:
    if not (name.valid_from or name.valid_to):
        return ""
    start, end = (d.isoformat() if d else "" for d in (name.valid_from, name.valid_to))
    return f"（{start}–{end}）"


def _has(text: str, grams: Sequence[str], lone: Sequence[str], folded: str) -> bool:
    return text in folded or (bool(grams or lone) and all(piece in folded for piece in (*grams, *lone)))


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
