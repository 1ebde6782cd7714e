"""Two names compared: a score from 0 to 100, what agrees, and what differs in words.

The score is the same from either side; 100 only for names that are equal folded. The brand weighs most. Differences
that make another firm on purpose (a number, another city, a branch, a group) keep a score below ``ASK``.
"""

from dataclasses import dataclass

from rapidfuzz.distance import OSA, Levenshtein

from registry.identity.divisions import covers
from registry.identity.leading_places import place_label
from registry.matching import differences as say
from registry.matching.characters import NUMBERING, look_alike, sound_alike
from registry.matching.differences import Difference
from registry.matching.parts import Parts, trade_words
from registry.matching.slips import slipped_form, slipped_place

ASK = 80
"""From this score on a person is asked; below it is another firm."""
OTHER_FIRM = 60
"""No higher with a difference that makes another firm on purpose."""

LIMITED = frozenset({"有限公司", "有限责任公司"})
GROUPS = ("集团", "控股", "总公司", "总厂")
DECISIVE = frozenset({"number", "place_differs", "branch", "group", "place_elsewhere"})
"""Codes of differences that make another firm on purpose."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two names compare. ``agrees`` are codes of what is the same: name, brand, trade, place, form."""

    score: int
    agrees: tuple[str, ...]
    differences: tuple[Difference, ...]

    @property
    def codes(self) -> frozenset[str]:
        """Part and code of every difference, such as ``brand:sound``."""
        return frozenset(f"{each.part}:{each.code}" for each in self.differences)


def compare(printed: Parts, known: Parts) -> Comparison:
    """Compare a printed name with a name of the registry, both taken apart.

    >>> from registry.matching.parts import parts_of
    >>> seen = compare(parts_of("广州示例听澜科技有限公司"), parts_of("广州示例听澜人工智能科技有限公司"))
    >>> seen.score, [each.text.zh for each in seen.differences]
    (88, ['缺“人工智能”四字'])
    """
    if printed.folded == known.folded:
        return Comparison(100, ("name",), ())
    slip = _slip_in_place(printed, known)
    if slip is not None:
        found = [slip, *_forms(printed, known), *_branches(printed, known)]
    elif slipped_form(printed, known):
        found = [say.said("form_slip", 2, "form", "组织形式有一字之误", "one slip in the legal form")]
    else:
        found = [*_stems(printed, known), *_places(printed, known), *_forms(printed, known), *_branches(printed, known)]
    score = max(0, 99 - max(0, sum(each.weight for each in found) - 1))
    if any(each.code in DECISIVE for each in found):
        score = min(score, OTHER_FIRM)
    parts = {each.part for each in found}
    agrees = tuple(part for part in ("brand", "trade", "place", "form") if part not in parts and _has(known, part))
    return Comparison(score, agrees, tuple(found))


def _slip_in_place(printed: Parts, known: Parts) -> Difference | None:
    """One wrong or swapped character inside the place of one name (凉云港 for 连云港), all else the same."""
    if (printed.place is None) == (known.place is None) and printed.place != known.place:
        return None
    one, two = printed.folded, known.folded
    if printed.stem == known.stem or len(one) != len(two) or OSA.distance(one, two, score_cutoff=1) > 1:
        return None
    if slipped_place(printed, known):
        return say.said("place_slip", 2, "place", f"地名有一字之误（{one[:4]}/{two[:4]}）", "a slip in the place")
    whole = printed if known.place is None else known
    head = whole.folded.find(whole.stem)
    wrong = [at for at, (a, b) in enumerate(zip(one, two, strict=True)) if a != b]
    # The last place but the kind: 深圳鑫源 is not 深圳市源 with a slip.
    last = head - 1 if whole.folded[head - 1 : head] in _PLACE_KINDS else head
    if whole.inner_place or head < 2 or wrong[-1] >= (last if sorted(one[:head]) != sorted(two[:head]) else head):
        return None
    zh = f"地名有一字之误（{one[:head]}/{two[:head]}）"
    return say.said("place_slip", 2, "place", zh, "a slip in the place")


_PLACE_KINDS = ("市", "省", "县", "区")


def _has(parts: Parts, part: str) -> bool:
    return bool(getattr(parts, part))


def _stems(printed: Parts, known: Parts) -> list[Difference]:
    """Differences in brand and trade."""
    one, two = printed.stem, known.stem
    if one == two:
        return []
    if OSA.distance(one, two, score_cutoff=1) == 1:
        return [_one_edit(printed, known)]
    brands = OSA.distance(printed.brand, known.brand)
    found = []
    if brands:
        found.append(_brands(printed.brand, known.brand, brands))
    if printed.trade != known.trade:
        found += _trades(printed.trade, known.trade)
    return found


def _one_edit(printed: Parts, known: Parts) -> Difference:
    """The single edit between two stems, weighed by where it is and how easily it happens."""
    one, two = printed.stem, known.stem
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    # A slip inside a trade makes it no word: the true brand is the shorter one. A trade no list has counts as brand.
    brand = min(len(printed.brand), len(known.brand))
    # Two that changed places across its edge break a word of the trade: 蓝教众育 for 蓝众教育.
    swap = len(one) == len(two) and one[at + 1 :] != two[at + 1 :]
    part = "trade" if at + swap >= brand else "brand"
    # Both trades are words of the list: the difference is meant, not a slip.
    words = part == "trade" and printed.brand == known.brand
    if len(one) == len(two):
        if not swap:
            return _substitution(one[at], two[at], part, brand, words)
        weight = (26, 12, 8)[_size(brand)] if part == "brand" else 20 if words else 4
        return say.swapped(one[at : at + 2], two[at : at + 2], weight, part)
    longer, less = (one, say.surplus) if len(one) > len(two) else (two, say.lacking)
    letter = longer[at]
    if letter in NUMBERING:
        return less(letter, 40, part, "number")
    weight = (30, 21, 12)[_size(brand)] if part == "brand" else 21 if words else 10
    return less(letter, weight, part)


def _substitution(one: str, two: str, part: str, brand: int, words: bool) -> Difference:
    if one in NUMBERING and two in NUMBERING:
        return say.other(one, two, 40, part, "number")
    code = "shape" if look_alike(one, two) else "sound" if sound_alike(one, two) else "character"
    if part == "brand":
        weight = (30, 21, 17)[_size(brand)] if code == "character" else (14, 9, 6)[_size(brand)]
    elif words:
        weight = 21
    else:
        weight = 8 if code == "character" else 4
    return say.other(one, two, weight, part, code)


def _size(brand: int) -> int:
    return 0 if brand <= 2 else 1 if brand == 3 else 2


def _brands(printed: str, known: str, distance: int) -> Difference:
    short, long = sorted((printed, known), key=len)
    less = say.lacking if len(printed) < len(known) else say.surplus
    if long.startswith(short) or long.endswith(short):
        more = long[len(short) :] if long.startswith(short) else long[: len(long) - len(short)]
        return less(more, 14 + 3 * len(more), "brand", "number" if set(more) <= NUMBERING else "part")
    return say.other(printed, known, 12 + round(60 * distance / len(long)), "brand", "differs")


def _trades(printed: str, known: str) -> list[Difference]:
    """Trades of which one holds the other lack or add words; others differ."""
    ops = [op for op in Levenshtein.opcodes(printed, known) if op.tag != "equal"]
    if all(op.tag == "insert" for op in ops) or all(op.tag == "delete" for op in ops):
        lacks = ops[0].tag == "insert"
        less = say.lacking if lacks else say.surplus
        words = ["".join(known[op.dest_start : op.dest_end] or printed[op.src_start : op.src_end]) for op in ops]
        return [less(word, (8 + len(word)) if _is_worded(word) else 16 + len(word), "trade") for word in words]
    weight = 14 + round(16 * Levenshtein.normalized_distance(printed, known))
    return [say.other(printed, known, weight, "trade", "differs")]


def _is_worded(text: str) -> bool:
    return text in trade_words()[0]


def _places(printed: Parts, known: Parts) -> list[Difference]:
    one, two = printed.place, known.place
    if one is None and two is None:
        return []
    if two is None:
        return [say.surplus(place_label(one or ""), 4, "place", "place_added")]
    if one is None:
        return [say.lacking(place_label(two), 4, "place", "place_missing")]
    found = []
    names = place_label(one), place_label(two)
    if printed.place_slip or known.place_slip:
        found.append(
            say.said("place_slip", 2, "place", "地名有一字之误（{}/{}）".format(*names), "a slip in the place")
        )
    if one != two:
        if not (covers(one, two) or covers(two, one)):
            found.append(say.said("place_differs", 40, "place", "地名不同 {}/{}".format(*names), "another place"))
        else:
            within = "地名详略不同 {}/{}".format(*names)
            found.append(say.said("place_level", 5, "place", within, "a place more or less exact"))
    elif not found and _bare(printed) == _bare(known) and printed.inner_place == known.inner_place:
        found.append(_dress(printed, known))
    if printed.inner_place != known.inner_place:
        found.append(say.said("place_position", 9, "place", "地名位置不同", "the place stands elsewhere"))
    return found


def _bare(parts: Parts) -> tuple[str, str, str, bool]:
    return parts.stem, parts.form, parts.branch, parts.form_slip


def _dress(printed: Parts, known: Parts) -> Difference:
    """Everything the same but how the place is written (缺“市”字)."""
    head, tail = printed.folded.partition(printed.stem)[0], known.folded.partition(known.stem)[0]
    ops = [op for op in Levenshtein.opcodes(head, tail) if op.tag != "equal"]
    if len(ops) == 1 and ops[0].tag == "insert":
        return say.lacking(tail[ops[0].dest_start : ops[0].dest_end], 1, "place", "place_dress")
    if len(ops) == 1 and ops[0].tag == "delete":
        return say.surplus(head[ops[0].src_start : ops[0].src_end], 1, "place", "place_dress")
    return say.said("place_dress", 1, "place", f"地名写法 {head}/{tail}", f"place written {head}/{tail}")


def _forms(printed: Parts, known: Parts) -> list[Difference]:
    one, two = printed.form, known.form
    if one == two:
        if printed.form_slip or known.form_slip:
            return [say.said("form_slip", 2, "form", "组织形式有一字之误", "one slip in the legal form")]
        return []
    if not one or not two:
        form = one or two
        if form in LIMITED:
            zh, en = ("组织形式缺省", "no legal form") if not one else ("多组织形式", "a legal form more")
            return [say.said("form_missing", 3, "form", f"{zh}（{form}）", f"{en} ({form})")]
        return [say.said("form_other", 8, "form", f"组织形式 {one or '缺'}/{two or '缺'}", "another legal form")]
    if {one, two} <= LIMITED:
        return [say.said("form_variant", 2, "form", f"组织形式 {one}/{two}", "“limited” written otherwise")]
    if any((mark in one) != (mark in two) for mark in GROUPS):
        return [say.said("group", 15, "form", f"组织形式 {one}/{two}", "a group against a company")]
    return [say.said("form_other", 10, "form", f"组织形式 {one}/{two}", "another legal form")]


def _branches(printed: Parts, known: Parts) -> list[Difference]:
    if printed.branch == known.branch:
        return []
    zh = f"分支机构不同（{printed.branch or '无'}/{known.branch or '无'}）"
    return [say.said("branch", 40, "branch", zh, "a branch against its parent or another branch")]
