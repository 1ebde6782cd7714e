"""What one row below a header is by its own cells."""

import re
from typing import Literal

from import_scripts.structure.cells import is_firm, kind_of, says_nothing, squeeze
from import_scripts.structure.headers import filled, is_header_row, is_type_row, same_header
from import_scripts.structure.layout import Layout
from import_scripts.structure.sentences import (
    could_head,
    is_authority,
    is_count,
    is_label,
    is_note,
    is_sentence,
    is_signature,
    is_total,
    read_group,
)

Verdict = Literal[
    "record",
    "blank",
    "text",
    "header",
    "group",
    "continuation",
    "no_name",
    "repeated_header",
    "type_row",
    "total",
    "signature",
]
"""``text``: one cell over the whole row; what it means depends on what follows. ``header``: of another table."""

TOTALS = frozenset(
    {"合计", "总计", "小计", "共计", "累计", "合 计", "总 计", "小 计", "Total", "TOTAL", "total", "Subtotal"}
)
"""How a row of totals begins."""
FIRM_ENDS = ("公司", "集团", "厂", "社", "院", "学", "中心", "所", "行")
_REST_OF_A_NAME = re.compile(
    r"(?:科技|股份|集团|投资|实业|贸易|工业|责任)*(?:有限)?(?:责任)?公司(?:[（(].*[)）])?|司|限公司|任公司|份有限公司|[^（(]{0,12}[)）].{0,8}"
)
_HAN_SERIAL = re.compile(r"[（(]?[一二三四五六七八九十百]+[)）]?[、.]?")


def judge(layout: Layout, cells: list[str], covered: set[int], *, below_header: bool) -> Verdict:
    """The verdict on a row. ``covered`` are positions whose value came from a merge begun above."""
    own = [i for i in filled(cells[: layout.width]) if i not in covered]
    if not own:
        return "blank"
    if same_header(cells[: layout.width], layout.header_rows):
        return "repeated_header"
    if below_header and is_type_row(cells):
        return "type_row"
    texts = [cells[i] for i in own]
    if all(is_signature(text) or is_label(text) for text in texts) and (len(own) > 1 or not covered):
        return "text" if len(own) == 1 else "signature"
    if len(own) > 1 and any(is_total(text, alone=False) for text in texts[:2]) and not _is_numbered(layout, cells, own):
        return "total"
    if len(set(texts)) == 1:
        return _one_text(layout, own[0], texts[0], covered)
    if is_header_row(cells):
        return "header"
    if _is_numbered_group(layout, own, texts):
        return "group"
    return _many(layout, cells, own, covered)


def _one_text(layout: Layout, at: int, text: str, covered: set[int]) -> Verdict:
    """A row with one text of its own."""
    if layout.width == 1:
        return _one_column(layout, text)
    if at in layout.firms:
        if _is_rest(text):
            return "continuation"
        if covered:
            return "record"
        said = is_note(text) or is_sentence(text) or is_total(text, alone=True) or is_signature(text)
        without_number = layout.serial in layout.dense and not is_firm(text)
        return "text" if said or without_number or _heads(text) else "record"
    if covered or (at > 0 and _continues(layout, [at])):
        return "continuation"
    if at > 0:
        return "record" if not layout.firms else "text"
    return "text"


def _one_column(layout: Layout, text: str) -> Verdict:
    """A row of a list of one column: only between names of firms anything else stands out."""
    if not is_firm(text) and (is_note(text) or is_sentence(text)):
        return "text"
    apart = layout.firms and not is_firm(text)
    return "text" if apart and (_heads(text) or is_signature(text) or is_authority(text)) else "record"


def _heads(text: str) -> bool:
    return not is_firm(text) and could_head(text) and read_group(text).marked


def _is_numbered(layout: Layout, cells: list[str], own: list[int]) -> bool:
    """Whether a row has a number of its own among the records; it claims to be one, whatever else it says."""
    return layout.serial is not None and layout.serial in own and kind_of(cells[layout.serial]) == "number"


def _is_rest(text: str) -> bool:
    """The end of a name that was wrapped: 有限公司."""
    plain = squeeze(text)
    return len(plain) <= 20 and _REST_OF_A_NAME.fullmatch(plain) is not None


def _is_numbered_group(layout: Layout, own: list[int], texts: list[str]) -> bool:
    """``一 | 北京市（5家）`` or ``北京市 | 92家``."""
    if len(own) != 2 or layout.width <= 2:
        return False
    first, second = texts
    if is_count(second) and could_head(first):
        return True
    numbered = _HAN_SERIAL.fullmatch(squeeze(first)) is not None and own[0] == (layout.serial or 0)
    return numbered and could_head(second) and not is_firm(second)


def group_text(cells: list[str]) -> str:
    """What a group row says: without its number, the count behind the name.

    >>> group_text(["一", "广州市（2家）"]), group_text(["广州市", "2家"])
    ('广州市（2家）', '广州市（2家）')
    """
    texts = [cells[i] for i in filled(cells)]
    if len(texts) == 2 and is_count(texts[1]):
        return f"{texts[0]}（{squeeze(texts[1]).strip('()')}）"
    return texts[-1]


def _many(layout: Layout, cells: list[str], own: list[int], covered: set[int]) -> Verdict:
    """A row with several texts of its own: a record, the rest of the record above, or one without an enterprise."""
    mostly_merged = 2 * len(own) < len(covered)
    if any(i in own and not says_nothing(cells[i]) for i in layout.firms):
        rest = layout.serial is not None and layout.serial not in own and len(own) <= len(layout.dense) // 2
        wrapped = rest and all(_is_rest(cells[i]) for i in layout.firms if i in own)
        return "continuation" if wrapped and not covered else "record"
    if mostly_merged:
        return "continuation"
    if layout.firms:
        return _without_name(layout, cells, own, covered)
    present = sum(1 for i in layout.dense if i in own or i in covered)
    if 2 * present >= len(layout.dense) or (layout.serial is not None and layout.serial in own):
        return "record"
    return "continuation" if covered or _continues(layout, own) else "record"


def _continues(layout: Layout, own: list[int]) -> bool:
    """Whether a row of few cells goes on with the record above: records begin with a number or name, this does not."""
    counted = bool(layout.firms) or layout.serial is not None
    begins = layout.serial in own or layout.dense[0] in own
    return counted and not begins and 2 * len(own) <= max(2, len(layout.dense))


def _without_name(layout: Layout, cells: list[str], own: list[int], covered: set[int]) -> Verdict:
    if any(i in covered and not says_nothing(cells[i]) for i in layout.firms):
        return "record"
    code = layout.position_of("uscc")
    if code is not None and code in own:
        return "record"
    if any(i in own for i in layout.firms):
        return "no_name"
    return "continuation" if _continues(layout, own) else "record"
