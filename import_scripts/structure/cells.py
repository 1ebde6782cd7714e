"""What one cell looks like by itself: number, date, code, firm, place or text."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Literal

from registry.identity import is_uscc, looks_like_firm_name, normalise_code, place_names

Kind = Literal["", "number", "date", "code", "money", "web", "firm", "place", "long", "text"]

TYPED = frozenset({"number", "date", "code", "money", "web", "firm", "place"})
"""Kinds a header cell hardly ever is."""
SHORT = 40
_LONGEST = 200
"""Longer cells are text; they are neither looked into nor kept in mind."""

_NUMBER = re.compile(r"[-+]?[¥￥$€]?\d[\d,]*(?:\.\d+)?%?(?:E[+-]?\d+)?", re.I)
_DATE = re.compile(
    r"(?:1[89]|20)\d\d\s*[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*\d{1,2}\s*日?|月)?(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:1[89]|20)\d\d"
)
_CODE = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9_.\-]{5,}", re.I)
_MONEY = re.compile(
    r"(?:人民币|RMB|USD|约)?[¥￥$]?\d[\d,.]*\s*(?:[千百十]?[万亿])?(?:美?元|人民币|[A-Za-z%μµ]{1,4}\b|/).*", re.I
)
_WEB = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+", re.I)
_ORGANISATION = re.compile(
    r".{2,}(?:公司|集团|总厂|[^工]厂|研究院|研究所|研究中心|设计院|科学院|中心|大学|学院|高等专科学校|学校|医院|银行|合作社|"
    r"事务所|分公司|经营部|商行|基地)(?:[（(].*[)）])?"
)
_YEAR = re.compile(r"(?:19|20)\d\d年?")

EMPTY_WORDS = frozenset(
    {"-", "--", "---", "—", "——", "———", "/", "\\", "无", "暂无", "空", "null", "none", "n/a", "nan", "／", "－"}
)
"""Ways to write that there is nothing; all are short."""
_EMPTY_LONGEST = 4

SERIAL_WORDS = frozenset({"序号", "序", "编号", "号", "#", "no", "no.", "流水号", "产品序号"})

_TAIL = re.compile(
    r"(?:名称|名|编号|代码|号码|证号|文号|号|编码|码|日期|时间|年份|年度|月份|有效期|截止日|期限|地址|住所|地区|区域|产地|类别|类型|分类|"
    r"种类|等级|级别|层次|性质|数量|金额|价格|单价|总价|报价|限价|价|费用|规格|型号|剂型|包装|备注|说明|状态|结果|情况|电话|传真|"
    r"网址|网站|邮箱|邮编|比例|比率|占比|方式|内容|项目|产品|品种|用途|领域|行业|原因|方向|特点|品牌|版本|架构|链接|系数|对象|主体|资本|"
    r"收入|利润|资产|人数|负责人|联系人|法人|代表人|单位|企业|公司|厂家|厂商|供应商|机构|部门|组别|批次|批号|次序|顺序|排名|"
    r"意见|依据|理由|来源|标准|指标|分数|得分|评分|去向|专业|职称|职务|姓名|性别|id|name|date|type|code|no|number|url|"
    r"version|model|vendor|address|price|amount)",
    re.I,
)
_UNIT = re.compile(r"[(\[（［【][^()（）]*[)\]）］】]$", re.DOTALL)


def squeeze(cell: str) -> str:
    """The cell without white space and half width, for comparisons.

    >>> squeeze("企业　名称\\n（全称）")
    '企业名称(全称)'
    """
    return "".join(unicodedata.normalize("NFKC", cell).split())


def says_nothing(cell: str) -> bool:
    """Whether a cell is blank or one of the ways to write that there is nothing.

    >>> says_nothing(" — "), says_nothing("无"), says_nothing("无锡")
    (True, True, False)
    """
    text = cell.strip()
    return not text or (len(text) <= _EMPTY_LONGEST and text.lower() in EMPTY_WORDS)


def kind_of(cell: str) -> Kind:
    """What a cell looks like.

    >>> [kind_of(c) for c in ("12.5", "2024/5/6", "91350100M000100Y43", "59元", "示例科技有限公司", "广东省", "剂型")]
    ['number', 'date', 'code', 'money', 'firm', 'place', 'text']
    """
    return _kind_of(cell) if len(cell) <= _LONGEST else "long"


@lru_cache(maxsize=32_768)
def _kind_of(cell: str) -> Kind:
    text = squeeze(cell)
    if not text or says_nothing(text):
        return ""
    for kind, pattern in _SHAPES:
        if pattern.fullmatch(text):
            return kind
    if len(text) <= 15 and text in _places():
        return "place"
    if is_uscc(normalise_code(text)):
        return "code"
    if _is_organisation(text):
        return "firm"
    return "long" if len(text) > SHORT else "text"


_SHAPES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("date", _DATE),
    ("number", _NUMBER),
    ("web", _WEB),
    ("money", _MONEY),
    ("code", _CODE),
)


def is_firm(cell: str) -> bool:
    """Whether a cell is the name of an enterprise or institution by its end."""
    return kind_of(cell) == "firm"


def is_year(cell: str) -> bool:
    """A bare year, which heads a column as well as it fills a cell."""
    return _YEAR.fullmatch(squeeze(cell)) is not None


def ends_like_a_header(cell: str) -> bool:
    """Whether a cell ends in a word that heads columns (…编号, …日期, …（万元）).

    >>> ends_like_a_header("GMP证书截止日"), ends_like_a_header("采购价\\n（元）"), ends_like_a_header("国产")
    (True, True, False)
    """
    return len(cell) <= _LONGEST and _ends_like_a_header(cell)


@lru_cache(maxsize=32_768)
def _ends_like_a_header(cell: str) -> bool:
    text = squeeze(cell)
    bare = _UNIT.sub("", text) or text
    found = [match.end() for match in _TAIL.finditer(bare)]
    return 0 < len(bare) <= SHORT and bool(found) and found[-1] == len(bare) and "," not in bare


def _is_organisation(text: str) -> bool:
    if not 4 <= len(text) <= 80 or (len(text) < 6 and text.endswith("公司")):
        return False
    return _ORGANISATION.fullmatch(text) is not None or looks_like_firm_name(text)


@cache
def _places() -> frozenset[str]:
    return frozenset(place_names())
