"""Unified social credit codes (统一社会信用代码, GB 32100-2015): check and read them.

The whole subject can be imported from here; explaining and repairing live in ``explain``, ``faults``, ``nearest``.
"""

from dataclasses import dataclass

from registry.errors import InvalidInput, Text
from registry.identity.explain import CodeExplanation, explain_code
from registry.identity.faults import is_cut_by_excel, uscc_fault
from registry.identity.modulo import USCC_ALPHABET, is_uscc, uscc_check_character
from registry.identity.nearest import nearest_uscc
from registry.identity.normal import normalise_code
from registry.identity.org_code import is_org_code

__all__ = [
    "AUTHORITIES",
    "CATEGORIES",
    "USCC_ALPHABET",
    "CodeExplanation",
    "ParsedUscc",
    "check_character",
    "explain_code",
    "is_uscc",
    "nearest_uscc",
    "normalise_code",
    "parse_uscc",
]

AUTHORITIES = {
    "1": Text("机构编制部门", "staffing authority"),
    "2": Text("外交部门", "foreign affairs"),
    "3": Text("司法行政部门", "judicial administration"),
    "4": Text("文化部门", "culture"),
    "5": Text("民政部门", "civil affairs"),
    "6": Text("旅游部门", "tourism"),
    "7": Text("宗教部门", "religious affairs"),
    "8": Text("工会", "trade unions"),
    "9": Text("市场监督管理部门", "market regulation"),
    "A": Text("中央军委改革和编制办公室", "military staffing office"),
    "N": Text("农业农村部门", "agriculture and rural affairs"),
    "Y": Text("其他", "other"),
}
CATEGORIES = {
    "11": Text("机关", "government body"),
    "12": Text("事业单位", "public institution"),
    "51": Text("社会团体", "social group"),
    "52": Text("民办非企业单位", "private non-enterprise unit"),
    "53": Text("基金会", "foundation"),
    "91": Text("企业", "enterprise"),
    "92": Text("个体工商户", "individual business"),
    "93": Text("农民专业合作社", "farmers' cooperative"),
}


@dataclass(frozen=True, slots=True)
class ParsedUscc:
    """A code whose outer check holds, taken apart.

    ``region_code`` is the region of the authority at the time of registration; never derive an address from it.
    ``warnings`` name what is odd and still acceptable: inner organisation code, category, a trace of Excel.
    """

    code: str
    authority: str
    category: str
    region_code: str
    org_code: str
    check: str
    warnings: tuple[Text, ...] = ()

    @property
    def kind(self) -> Text | None:
        """What sort of body holds it, if the first two characters are a usual pair.

        >>> parse_uscc("91350100M000100Y43").kind.zh
        '企业'
        """
        return CATEGORIES.get(self.authority + self.category)


def check_character(body17: str) -> str:
    """The 18th character that belongs to 17 characters of the alphabet.

    Raises ValueError if the body has another length or another character.

    >>> check_character("91350100M000100Y4")
    '3'
    """
    return uscc_check_character(body17)


def parse_uscc(text: str) -> ParsedUscc:
    """Normalise and take apart a code; a failed check is an error, a failed inner check a warning.

    Raises InvalidInput whose text names the exact fault: length, character and place, check character, Excel.

    >>> parse_uscc("9135 0100 m000100y43").region_code
    '350100'
    """
    code = normalise_code(text)
    if not is_uscc(code):
        fault = uscc_fault(code)
        raise InvalidInput(fault.zh, fault.en, field="uscc", value=text)
    return ParsedUscc(code, code[0], code[1], code[2:8], code[8:17], code[17], _warnings(code))


def _warnings(code: str) -> tuple[Text, ...]:
    found = []
    if not is_org_code(code[8:17]):
        found.append(
            Text(
                f"第 9–17 位的主体标识码 {code[8:17]} 不符合组织机构代码校验（GB 11714），请核对。",
                f"Characters 9–17 ({code[8:17]}) fail the organisation code check (GB 11714); please verify.",
            )
        )
    if code[:2] not in CATEGORIES:
        found.append(
            Text(
                f"前两位 {code[:2]} 不是常见的登记管理部门与机构类别组合，请核对。",
                f"The first two characters {code[:2]} are not a usual authority and category; please verify.",
            )
        )
    if is_cut_by_excel(code):
        found.append(
            Text(
                "代码为纯数字且以 000 结尾，可能被 Excel 截断过（只保留 15 位有效数字），请核对。",
                "All digits and ending in 000: a spreadsheet may have cut it to 15 digits; please verify.",
            )
        )
    return tuple(found)
