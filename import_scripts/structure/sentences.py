"""Rows of text around and between records: notes, totals, signatures, page numbers, titles, group rows."""

import re
from dataclasses import dataclass
from functools import lru_cache

from import_scripts.structure.cells import ends_like_a_header, kind_of, squeeze

_HAN_NUMBER = "一二三四五六七八九十百零〇"
_NOTE = re.compile(
    r"(?:注意?|备注|附注|说明|填表说明|填报说明|特别说明|数据来源|资料来源|来源|提示|温馨提示|note|remarks?|source)(?:[:：\d]|$)"
    r"|[※*★▲△●◆]|(?:以上|上述|本表|本名单|排名不分先后|\(?以上?排名|各单位|请各)",
    re.I,
)
_TOTAL = re.compile(
    r"(?:sub|grand)?total[:：]?"
    r"|(?:本页|本省|全省|全国|全市)?(?:合计|总计|小计|共计|累计|总和|总数)(?:[:：(]?.{0,24})?",
    re.I,
)
_STATED_TOTAL = re.compile(r".{0,40}(?:共计?|合计|总计)[:：]?\d+(?:家|所|户|个|项|名|条|种|款|件|人).{0,12}")
_DAY = re.compile(
    r"(?:发布|公示|公告|填报|填表|制表|打印|报送)?(?:日期|时间)?[:：]?"
    r"(?:(?:19|20)\d\d[年./-]\d{1,2}[月./-]\d{1,2}日?|(?:19|20)\d\d年\d{1,2}月"
    r"|二[〇○零O0一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}日)?)"
)
_SIGNED = re.compile(
    r"(?:填报人|审核人?|复核人?|负责人|联系人|联系电话|联系方式|制表人?|经办人?|单位负责人|填表人|填报单位|填报日期|填表日期|打印时间|"
    r"盖章|签字|签章|公章|主办|承办|抄送|印发).{0,40}|.{0,40}[（(](?:盖章|章|公章|签章|签字)[)）].{0,20}"
)
_OFFICE = re.compile(r".{2,30}(?:厅|局|委|委员会|办公室|部|中心|政府|协会|处|领导小组|办|院|会)")
_AUTHORITY = re.compile(r".*(?:省|市|县|区|州|国家).*(?:[^餐舞茶展客]厅|局|委员会|人民政府|办公室)")
_PAGE = re.compile(
    r"第\d+页(?:[,，/、]?共\d+页)?|共\d+页(?:[,，/]?第\d+页)?|[-—–]+\d+[-—–]+|page\d+(?:of\d+)?|\d+/\d+", re.I
)
_TITLE = re.compile(
    r"附件\d*[:：]?.{0,60}|附表.{0,60}|附[:：].{0,60}|.{2,60}(?:名单|公告|公示|通知|目录|清单|一览表|汇总表|统计表|结果)(?:[（(].*[)）])?"
)
_NUMBERING = re.compile(
    rf"(?:[（(](?P<round>[{_HAN_NUMBER}]+|\d+)[)）][、.．]?|(?P<han>[{_HAN_NUMBER}]+)[、.．:：]|"
    rf"(?P<digit>\d{{1,2}})[、．](?!\d)|(?P<dot>\d{{1,2}})\.(?!\d)|(?P<ring>[①-⑳])|(?P<part>第[{_HAN_NUMBER}\d]+(?:部分|类)[:：、])?)"
)
_COUNT = re.compile(
    r"[（(\[【]?(?:共计?|合计|总计|计)?(?P<count>\d+)(?P<unit>家|所|户|个|项|名|条|种|款|件|人)?(?:企业|单位|公司|机构|产品)?[)）\]】]?[:：]?$"
)
_COUNT_CELL = re.compile(r"[（(]?共?\d+(?:家|所|户|个|项|名|条|种|款|件|人)(?:企业|单位|公司)?[)）]?")
_SENTENCE = re.compile(r"[。；;！!？](?!$)|，.*，")
GROUP_AT_MOST = 40
_LONGEST = 200
"""Longer cells head nothing and are not kept in mind."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group row's value (北京市), the count it states, and how it is numbered: rows of one level look alike."""

    value: str
    count: int | None
    style: str
    marked: bool
    """Whether its form alone (numbering, count, a place) says that it heads a group."""


def is_note(text: str) -> bool:
    """A footnote or remark by its first words.

    >>> is_note("注：排名不分先后"), is_note("北京市（92所）")
    (True, False)
    """
    return _NOTE.match(squeeze(text[:_LONGEST])) is not None


def is_total(text: str, *, alone: bool) -> bool:
    """A total: 合计 …; if it stands ``alone`` in its row, a sentence that states one as well.

    >>> is_total("合 计", alone=False), is_total("全国985工程院校，共计39所", alone=True)
    (True, True)
    >>> is_total("合计示例科技有限公司", alone=False)
    False
    """
    plain = squeeze(text)
    if kind_of(plain) == "firm":
        return False
    if _TOTAL.fullmatch(plain):
        return True
    return alone and _STATED_TOTAL.fullmatch(plain) is not None and not plain.endswith((")", "）"))


def is_signature(text: str) -> bool:
    """A date, a seal, who filled it in, a page number."""
    plain = squeeze(text[:_LONGEST])
    return any(pattern.fullmatch(plain) for pattern in (_DAY, _SIGNED, _PAGE))


def is_page_number(text: str) -> bool:
    """第 2 页 共 5 页, - 3 -, Page 1 of 4."""
    return _PAGE.fullmatch(squeeze(text[:_LONGEST])) is not None


def is_office(text: str) -> bool:
    """The name of an authority, as it stands below a list."""
    return _OFFICE.fullmatch(squeeze(text[:_LONGEST])) is not None


def is_authority(text: str) -> bool:
    """The name of a public authority that is hardly a firm's: 示例省工业和信息化厅, but not 示例市甲经营部.

    >>> is_authority("示例省工业和信息化厅"), is_authority("示例市甲加工部"), is_authority("示例市甲餐厅")
    (True, False, False)
    """
    return _AUTHORITY.fullmatch(squeeze(text[:_LONGEST])) is not None


def is_title(text: str) -> bool:
    """附件…, …名单, …公告."""
    return _TITLE.fullmatch(squeeze(text[:_LONGEST])) is not None


def is_sentence(text: str) -> bool:
    """Too long or too punctuated to head a group."""
    plain = squeeze(text[:_LONGEST])
    return len(plain) > GROUP_AT_MOST or _SENTENCE.search(plain) is not None


def is_count(text: str) -> bool:
    """92家, （共 5 户）."""
    return _COUNT_CELL.fullmatch(squeeze(text[:_LONGEST])) is not None


def read_group(text: str) -> Group:
    """What a group row says.

    >>> read_group("北京市（92所）")
    Group(value='北京市', count=92, style='plain', marked=True)
    >>> read_group("（二）深圳市：共 5 家").value, read_group("一、高新技术企业").style
    ('深圳市', 'han')
    """
    return _read_group(text[:_LONGEST])


@lru_cache(maxsize=4096)
def _read_group(text: str) -> Group:
    printed = " ".join(text.split())
    numbering = _NUMBERING.match(printed)
    style = (numbering.lastgroup if numbering else None) or "plain"
    value = printed[numbering.end() :].strip() if numbering and style != "plain" else printed
    count = None
    found = _COUNT.search("".join(value.split()))
    if found and (found["unit"] or found.group()[0] in "（([【"):
        count = int(found["count"])
        value = "".join(value.split())[: found.start()]
    value = value.rstrip(" ：:—-、，,") or printed
    marked = style != "plain" or count is not None or kind_of(value) == "place" or printed.endswith(("：", ":"))
    return Group(value, count, style, marked)


def could_head(text: str) -> bool:
    """Whether a single cell may be a group row at all: no sentence, note, total, date or page number."""
    return len(text) <= _LONGEST and _could_head(text)


@lru_cache(maxsize=4096)
def _could_head(text: str) -> bool:
    plain = squeeze(text)
    if not plain or is_sentence(text) or is_note(text) or is_signature(text):
        return False
    return kind_of(plain) in ("text", "place", "firm") or read_group(text).marked


def is_label(text: str) -> bool:
    """``填报单位：示例局``: a name with its value, as stands above a table."""
    name, colon, value = squeeze(text[:_LONGEST]).partition(":")
    return bool(colon) and bool(value) and name.isalnum() and len(name) <= 8 and not ends_like_a_header(text)
