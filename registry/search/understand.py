"""Read a typed text: identifiers, places, directories, levels, batches, years, grades and the words left over."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from registry.errors import Text
from registry.identity.uscc import CodeExplanation, explain_code
from registry.search import splitting
from registry.search.items import FILTERS, Item, Reading, batch_of, read, values_of
from registry.search.lexicon import Lexicon, search_settings
from registry.search.meaning import directories_meant
from registry.search.offers import chips_of, offers_of, registrar_chips
from registry.search.pasted import names_in
from registry.search.plan import Filters, ProductPlan, StrictPlan, WordPlan
from registry.search.products import product_plan
from registry.search.query import Chip, SearchQuery
from registry.search.word_plans import plan_word
from registry.search.words import compact, compact_core, house_of, plain_reading

__all__ = ["Understood", "batch_label_forms", "given_filters", "ignored_notice", "plan_word", "understand"]

WORDS_MAX = 12
_STOCK = re.compile(r"(?:sh|sz|bj)?([0-9]{6})(?:sh|ss|sz|bj)?")
_STOCK_LETTERS = re.compile(r"sh|sz|bj")
_DOMAIN = re.compile(
    r"(?:https?://)?(?:www\.)?((?:[a-z0-9\u4e00-\u9fff-]+\.)+[a-z\u4e00-\u9fff]{2,8})(?::[0-9]+)?(?:[/?#].*)?"
)
_CODE_LABEL = re.compile(
    r"^[\s'‘’\"“”`]*(?:(?:统一社会)?信用代码|社会信用代码|组织机构代码|注册号|代码)?(?:证)?(?:号)?[:：\s]*", re.I
)
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_DAMAGED = ("scientific", "uscc", "org_code", "registration_number")


@dataclass(frozen=True)
class Understood:
    """A question taken apart.

    ``filters`` holds those given and those read from the text; ``code`` is set if the whole text looks like an
    identifier; ``batch`` is the ordinal of 第…批 with the directory it stands beside; ``too_broad``: nothing
    but generic words.
    """

    plan: StrictPlan
    filters: Filters
    text: str = ""
    """The words left to look for, in their order."""
    chips: tuple[Chip, ...] = ()
    code: CodeExplanation | None = None
    ignored: tuple[str, ...] = ()
    too_broad: bool = False
    batch: tuple[str, str] | None = None
    product: ProductPlan | None = None
    """The text read as products, if it can mean any."""
    directories: tuple[tuple[str, bool], ...] = ()
    """Codes of directories the text means, each with whether it says nothing else."""
    notices: tuple[Text, ...] = ()
    """What was done to read it so."""
    many: int = 0
    """So many names were pasted at once; 0 for one question."""
    house: str = ""
    """The brand (字号) the words are, if they are nothing else; compact."""
    otherwise: Callable[[], tuple["Understood", ...]] = field(default=tuple, repr=False, compare=False)

    @cached_property
    def alternatives(self) -> tuple["Understood", ...]:
        """Other readings, to be tried in this order while nothing matches; made when first asked for."""
        return self.otherwise()


def given_filters(query: SearchQuery) -> Filters:
    """The filters of the question itself."""
    return Filters(
        *(query.directories, query.cities, query.districts, query.chains, query.levels, query.statuses),
        granted=query.granted,
        ending=query.ending,
    )


def understand(query: SearchQuery, lexicon: Lexicon) -> Understood:
    """Plan one question. With ``literal`` the text is only text, apart from identifiers. Never raises."""
    given = given_filters(query)
    standing = query.sort == "standing"
    if not query.text:
        product = _product(query, [], lexicon, Reading(()), given, {})
        return Understood(StrictPlan(standing=True, brands=query.brands), given, product=product)
    code = _identifier(query.text)
    if code is not None and code.valid:
        plan = StrictPlan(identifiers=(code.normalised.lower(),), brands=query.brands, standing=standing)
        return Understood(plan, given, code=code)
    words = [code.normalised] if code else query.text.split(" ")[:WORDS_MAX]
    if query.literal or code:
        reading = Reading(tuple(map(Item, words)))
    else:
        reading = read(query, words, lexicon, given)
    kept, ignored = _without_generic(reading.left())
    filters = _filters(given, reading)
    chips = chips_of(query, reading) if reading.items else ()
    prefix = registrar_chips(query, kept) if not query.literal else ()
    planned = {word: plan_word(word, lexicon) for word in kept}
    plan = _plan(kept, planned, reading, standing=standing or (not kept and bool(chips)))
    plan = replace(plan, brands=query.brands)
    found = Understood(
        plan,
        filters,
        text=" ".join(kept),
        chips=(*chips, *prefix, *(() if query.literal else offers_of(query, kept, lexicon))),
        code=code,
        ignored=ignored,
        too_broad=bool(kept) and all(compact(word) in search_settings().generic_words for word in kept),
        batch=batch_of(reading, filters),
        product=None if code else _product(query, kept, lexicon, reading, filters, planned),
        directories=() if code else _directories(query, reading, kept, lexicon),
        many=0 if code else len(names_in(query.text)),
        house="" if code or query.brands or len(kept) != 1 else _house(plan.whole),
    )
    return (
        found if query.literal or code else replace(found, otherwise=lambda: _otherwise(query, kept, lexicon, filters))
    )


def _house(whole: str) -> str:
    return whole if len(whole) > 1 and house_of(whole) == whole else ""


def _identifier(text: str) -> CodeExplanation | None:
    """The explanation of a text that is, or tries to be, one whole code; None for anything else."""
    bare = _CODE_LABEL.sub("", text)
    if _HAN.search(bare):
        return None
    found = explain_code(bare)
    if found.kind == "unknown" or not any(c.isdigit() for c in found.normalised) or not found.normalised.isascii():
        return None
    return found if found.kind in _DAMAGED else None


def _filters(given: Filters, reading: Reading) -> Filters:
    filters = given
    for _, _, entry in reading.entries():
        for value in values_of(entry):
            if entry.field in FILTERS:
                filters = filters.plus(entry.field, value)
            elif entry.field == "province":
                filters = filters.plus("city", value)
    return filters


def _without_generic(words: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Words that say something, and those left aside because others do."""
    generic = search_settings().generic_words
    kept = [word for word in words if compact(word) not in generic]
    if not kept:
        return words, ()
    return kept, tuple(word for word in words if compact(word) in generic and compact(word))


def _otherwise(query: SearchQuery, words: list[str], lexicon: Lexicon, filters: Filters) -> tuple[Understood, ...]:
    """Readings with a place or list split off a word (格力珠海), as filters and as text, and without a generic end."""
    found: list[Understood] = []
    placed = bool(filters.cities or filters.districts)
    for text, literal, notice in splitting.rewritings(query.text, words, lexicon, placed=placed):
        other = understand(query.changed(text=text, literal=literal), lexicon)
        found.append(replace(other, notices=(notice,), otherwise=tuple))
    return tuple(found)


def _product(
    query: SearchQuery,
    words: list[str],
    lexicon: Lexicon,
    reading: Reading,
    filters: Filters,
    plans: Mapping[str, list[WordPlan]],
) -> ProductPlan | None:
    """The text as products; None if it asks for enterprises with titles, or for nothing.

    Where products alone are asked for, a city or a state will do to find them by.
    """
    chosen = [e for item in reading.items for p in item.pieces if p.kind in ("grade", "category") and (e := p.entry)]
    categories = query.categories + tuple(
        value
        for item in reading.items
        for p in item.pieces
        if reading.catalogue and p.kind == "category"
        for value in lexicon.categories_of(p.text)
    )
    grades = query.grades + tuple(int(e.value) for e in chosen if e.field == "grade" and reading.catalogue)
    alone = query.kind == "product"
    of_titles = filters.directories or filters.years or (filters.statuses and not alone)
    of_enterprises = of_titles or filters.levels or filters.chains
    if query.brands or (of_enterprises and not (categories or grades)):
        return None
    text = [word for word in words if not (reading.catalogue and lexicon.categories_of(compact(word)))]
    plan = product_plan(text, lexicon, plans, categories=categories, grades=grades)
    plan = replace(plan, cities=filters.cities, statuses=filters.statuses)
    wanted = plan.words or plan.versions or plan.categories or plan.grades
    return plan if wanted or (alone and plan.is_filtered) else None


def _directories(
    query: SearchQuery, reading: Reading, left: list[str], lexicon: Lexicon
) -> tuple[tuple[str, bool], ...]:
    named = [entry.value for _, _, entry in reading.entries() if entry.field == "directory"]
    alone = not left and len(list(reading.entries())) == 1 and not any(i.has("batch") for i in reading.items)
    return directories_meant(query.text, named, lexicon, alone=alone)


def _plan(kept: list[str], plans: Mapping[str, list[WordPlan]], reading: Reading, *, standing: bool) -> StrictPlan:
    planned = [plan for word in kept for plan in plans[word]]
    text = " ".join(kept)
    latin = [plan.latin for plan in planned if plan.latin]
    whole_text = compact(text)
    return StrictPlan(
        words=tuple(planned[:WORDS_MAX]),
        whole=whole_text,
        core=compact_core(text) if whole_text else "",
        joined=plain_reading("".join(latin)) if len(latin) > 1 and len(latin) == len(planned) else "",
        identifiers=(*_stock(text), *_domain(text)),
        industries=tuple(entry.value for _, _, entry in reading.entries() if entry.field == "industry"),
        standing=standing,
        impossible=bool(kept) and not planned,
    )


def _stock(text: str) -> tuple[str, ...]:
    word = compact(text)
    found = _STOCK.fullmatch(word)
    if not found:
        return ()
    market = _STOCK_LETTERS.search(word.replace("ss", "sh"))
    return (f"{found[1]}.{market[0]}", found[1]) if market else (found[1],)


def _domain(text: str) -> tuple[str, ...]:
    """The host of a website, and the hosts above it: shop.example.com may be kept as example.com.

    >>> _domain("https://www.Shop.Example.com/a?b"), _domain("300750.SZ"), _domain("V2.0")
    (('shop.example.com', 'example.com'), (), ())
    """
    found = _DOMAIN.fullmatch(text.strip().lower()) if len(text) <= 200 else None
    if not found or _STOCK.fullmatch(compact(text)):
        return ()
    parts = found[1].split(".")
    return tuple(".".join(parts[n:]) for n in range(len(parts) - 1))[:4]


def batch_label_forms(ordinal: str) -> tuple[str, ...]:
    """第五批 in the ways an announcement may spell it.

    >>> batch_label_forms("5")
    ('第五批', '第5批')
    """
    number = int(ordinal) if ordinal.isdigit() else _from_chinese(ordinal)
    return (f"第{_to_chinese(number)}批", f"第{number}批")


_DIGITS = "零一二三四五六七八九"


def _from_chinese(text: str) -> int:
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _DIGITS.index(text[-1])
    return (_DIGITS.index(tens[-1]) if tens else 1) * 10 + (_DIGITS.index(ones[-1]) if ones else 0)


def _to_chinese(number: int) -> str:
    if number >= 100 or number <= 0:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def many_notice(count: int) -> Text:
    """That a list was pasted."""
    return Text(
        f"查询里有 {count} 个名称或代码：请用批量查询逐个对照。",
        f"The text holds {count} names or codes: look them up as a list, one by one.",
    )


def ignored_notice(words: tuple[str, ...]) -> Text:
    """That generic words were left aside."""
    shown = "、".join(words)
    return Text(f"“{shown}”过于通用，已忽略。", f"“{shown}” is too general and was ignored.")
