"""A folded firm name taken apart: place, brand (字号), trade, legal form, branch."""

from functools import cache, lru_cache
from operator import ne
from typing import NamedTuple

from registry.identity._tables import search_settings
from registry.identity.folding import fold_name
from registry.identity.leading_places import take_leading_places, take_misspelt_place, take_trailing_city

BRANCH_ENDS = ("分公司", "分厂", "分行", "支行", "分店", "分部", "分所", "分院", "办事处", "代表处")
"""Such organisations are parts of another, never its legal form."""


class Parts(NamedTuple):
    """The parts of one name, all folded. ``stem`` is brand and trade together, what places and forms stand around."""

    folded: str
    place: str | None
    """Code of the division named in front, or inside behind the brand if ``inner_place``."""
    place_slip: bool
    """The place was recognised with one wrong character (深训市)."""
    inner_place: bool
    stem: str
    brand: str
    trade: str
    form: str
    form_slip: bool
    """The form was recognised with one wrong character."""
    branch: str
    """What follows the legal form of the parent (惠州分公司), empty for a firm itself."""


@lru_cache(maxsize=16384)
def parts_of(folded: str) -> Parts:
    """The parts of a folded name. What would leave fewer than two characters is not taken off.

    >>> p = parts_of("深圳市示例光电技术有限公司"); p.place, p.brand, p.trade, p.form
    ('440300', '示例', '光电技术', '有限公司')
    >>> parts_of("示例股份有限公司惠州分公司").branch, parts_of("示例科技上海有限公司").place
    ('惠州分公司', '310000')
    """
    head, branch = _branch(folded)
    rest, form, slip = _form(head)
    place, stem = take_leading_places(rest)
    inner = misspelt = False
    if place is None:
        place, stem = take_trailing_city(rest)
        inner = place is not None
    if place is None and (guess := take_misspelt_place(rest)) is not None:
        (place, stem), misspelt = guess, True
    brand, trade = brand_and_trade(stem)
    return Parts(folded, place, misspelt, inner, stem, brand, trade, form, slip, branch)


def brand_and_trade(stem: str) -> tuple[str, str]:
    """Brand and trade of a stem: words of trades are taken off the end, the longest first, while two characters stay.

    >>> brand_and_trade("示例光电技术"), brand_and_trade("示例新能源"), brand_and_trade("光电")
    (('示例', '光电技术'), ('示例', '新能源'), ('光电', ''))
    """
    words, longest = trade_words()
    end = len(stem)
    while True:
        for length in range(min(longest, end - 2), 1, -1):
            if stem[end - length : end] in words:
                end -= length
                break
        else:
            return stem[:end], stem[end:]


@cache
def trade_words() -> tuple[frozenset[str], int]:
    """Folded words of trades, generic words and ends of organisations (经营部), and the length of the longest."""
    lines = search_settings("trades.yaml")["trades"]
    ends = search_settings("suffixes.yaml")
    words = frozenset(map(fold_name, (*ends["generic"], *ends["organisation"], *(w for line in lines for w in line))))
    return words, max(map(len, words))


@cache
def _forms() -> dict[str, tuple[frozenset[str], ...]]:
    """Last character → the legal forms with it, by length, the longest first; folded."""
    words = {fold_name(word) for word in search_settings("suffixes.yaml")["legal"]}
    found: dict[str, tuple[frozenset[str], ...]] = {}
    for last in {word[-1] for word in words}:
        alike = [word for word in words if word[-1] == last]
        lengths = sorted({len(word) for word in alike}, reverse=True)
        found[last] = tuple(frozenset(word for word in alike if len(word) == n) for n in lengths)
    return found


def _form(folded: str) -> tuple[str, str, bool]:
    """The name without its legal form, the form, and whether one of its characters was wrong."""
    form = _exact_form(folded)
    if form and form != "公司":
        return folded[: -len(form)], form, False
    for whole in _SLIPS:
        tail = folded[-len(whole) :]
        if len(folded) - 2 < len(whole):
            continue
        if sum(map(ne, tail, whole)) == 1 or tail in _swapped(whole):
            form = _exact_form(folded[: -len(whole)] + whole)
            return folded[: -len(form)], form, True
    return (folded[: -len(form)], form, False) if form else (folded, "", False)


@cache
def _swapped(word: str) -> frozenset[str]:
    """The word with two neighbours changed."""
    return frozenset(word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))


_SLIPS = (
    *("有限责任公司", "有限公司", "合伙企业有限合伙", "合伙企业普通合伙", "农民专业合作社", "专业合作社"),
    *("股份有限公司", "集团有限公司", "股份合作公司"),
)
"""Forms long enough to be known with one character wrong; a name that ends as a shorter one does has that."""


def _exact_form(folded: str) -> str:
    size = len(folded)
    for forms in _forms().get(folded[-1:], ()):
        length = len(next(iter(forms)))
        if size - length >= 2 and folded[-length:] in forms:
            # 木材加工厂 is 木材加工 and 厂.
            return "厂" if folded.endswith("加工厂") else folded[-length:]
    return ""


def _branch(folded: str) -> tuple[str, str]:
    """Parent and branch: what stands behind the last 公司, or behind 厂 in a name that ends as branches do."""
    at = folded.rfind("公司", 2, len(folded) - 1)
    if at > 0 and folded[at - 1] == "分" and folded.endswith("公司"):
        return folded, ""
    if at > 0:
        return folded[: at + 2], folded[at + 2 :]
    if folded.endswith(BRANCH_ENDS) and (at := folded.rfind("厂", 2, len(folded) - 2)) > 0:
        return folded[: at + 1], folded[at + 1 :]
    return folded, ""
