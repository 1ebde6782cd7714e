"""Organisation codes (组织机构代码, GB 11714): 8 characters and a check character, printed XXXXXXXX-C."""

import re
from dataclasses import dataclass

from registry.errors import InvalidInput, Text
from registry.identity.modulo import org_check_character
from registry.identity.normal import normalise_code

SHAPE = re.compile(r"[0-9A-Z]{8}[0-9X]")


@dataclass(frozen=True, slots=True)
class ParsedOrgCode:
    """A valid organisation code: ``code`` is the 9 characters, ``printed`` the form with the hyphen."""

    code: str
    check: str

    @property
    def printed(self) -> str:
        """The form on paper, XXXXXXXX-C."""
        return f"{self.code[:8]}-{self.check}"


def is_org_code(text: str) -> bool:
    """Whether 9 characters (a hyphen before the last is fine) pass the check of GB 11714. Upper case only.

    >>> is_org_code("M000100Y4"), is_org_code("58752778-3"), is_org_code("58752778-4")
    (True, True, False)
    """
    code = text[:8] + text[9:] if text[8:9] == "-" else text
    return SHAPE.fullmatch(code) is not None and org_check_character(code[:8]) == code[8]


def parse_org_code(text: str) -> ParsedOrgCode:
    """Normalise and read an organisation code, with or without the hyphen.

    Raises InvalidInput naming the fault: length, character, or the check character expected.

    >>> parse_org_code("m000100y-4").printed
    'M000100Y-4'
    """
    code = normalise_code(text)
    if not is_org_code(code):
        fault = org_code_fault(code)
        raise InvalidInput(fault.zh, fault.en, field="org_code", value=text)
    return ParsedOrgCode(code, code[8])


def org_code_of(uscc: str) -> str:
    """The organisation code inside a valid USCC: its characters 9-17, without a hyphen.

    >>> org_code_of("91350900587527783P")
    '587527783'
    """
    return uscc[8:17]


def org_code_fault(code: str) -> Text:
    """Why a normalised text is not a valid organisation code."""
    if len(code) != 9:
        return Text(
            f"组织机构代码应为 9 位（8 位本体加 1 位校验码），现为 {len(code)} 位。",
            f"An organisation code has 9 characters (8 and a check character); this has {len(code)}.",
        )
    if SHAPE.fullmatch(code) is None:
        return Text(
            "组织机构代码只含数字和大写字母，末位为数字或 X。",
            "An organisation code has digits and capital letters only and ends in a digit or X.",
        )
    expected = org_check_character(code[:8])
    return Text(
        f"组织机构代码校验位不符：末位为 {code[8]}，按前 8 位应为 {expected}。",
        f"Organisation code check failed: it ends in {code[8]}, the first 8 characters call for {expected}.",
    )
