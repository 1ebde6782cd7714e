"""What a text that looks like a code is, and what is wrong with it: shown by pages, API and command line alike."""

import re
from dataclasses import dataclass
from typing import Literal

from registry.errors import Text, shorten
from registry.identity.faults import SCIENTIFIC_FAULT, is_cut_by_excel, is_scientific, uscc_fault
from registry.identity.modulo import is_uscc
from registry.identity.nearest import nearest_uscc, repair_look_alikes
from registry.identity.normal import normalise_code
from registry.identity.org_code import SHAPE as ORG_CODE_SHAPE
from registry.identity.org_code import is_org_code, org_code_fault
from registry.identity.registration_number import is_registration_number, parse_registration_number

CodeKind = Literal["uscc", "org_code", "registration_number", "scientific", "unknown"]

_LIKE_USCC = re.compile(r"(?=.*[0-9])[0-9A-Z*]{16,20}")


@dataclass(frozen=True, slots=True)
class CodeExplanation:
    """What a typed code was recognised as.

    ``message`` is one sentence to show. ``repaired`` is the single valid code its look-alike letters stand for; it
    is offered, never applied in silence. ``nearest`` are the valid codes at one edit, likeliest first.
    """

    kind: CodeKind
    normalised: str
    valid: bool
    message: Text
    repaired: str | None = None
    nearest: tuple[str, ...] = ()


def explain_code(text: str) -> CodeExplanation:
    """Recognise any kind of code and say whether it holds; never raises.

    >>> explain_code("9.13509E+17").kind
    'scientific'
    >>> explain_code("9135090O587527783P").repaired
    '91350900587527783P'
    >>> explain_code("58752778-3").kind
    'org_code'
    """
    code = normalise_code(text)
    if is_scientific(code):
        return CodeExplanation("scientific", code, False, SCIENTIFIC_FAULT)
    if is_registration_number(code):
        return _registration_number(code)
    if ORG_CODE_SHAPE.fullmatch(code) and (is_org_code(code) or sum(c.isdigit() for c in code[:8]) >= 4):
        return _org_code(code)
    if is_uscc(code) or len(code) == 18 or _LIKE_USCC.fullmatch(code):
        return _uscc(code)
    return CodeExplanation("unknown", code, False, _unknown(code))


def _uscc(code: str) -> CodeExplanation:
    if is_uscc(code):
        message = Text("统一社会信用代码有效。", "A valid unified social credit code.")
        return CodeExplanation("uscc", code, True, message)
    repaired = repair_look_alikes(code)
    fault = uscc_fault(code)
    nearest = [] if is_cut_by_excel(code) else nearest_uscc(code)
    if repaired is None:
        return CodeExplanation("uscc", code, False, fault, None, tuple(nearest))
    if repaired in nearest:
        nearest.remove(repaired)
    places = "、".join(str(i) for i, (a, b) in enumerate(zip(code, repaired, strict=True), 1) if a != b)
    message = Text(
        f"{fault.zh}把第 {places} 位改为形近字符后为有效代码 {repaired}。",
        f"{fault.en} With the look-alike at {places.replace('、', ', ')} it is the valid code {repaired}.",
    )
    return CodeExplanation("uscc", code, False, message, repaired, (repaired, *nearest))


def _org_code(code: str) -> CodeExplanation:
    if is_org_code(code):
        message = Text(
            "组织机构代码有效（即统一社会信用代码第 9–17 位）。",
            "A valid organisation code (characters 9–17 of the unified social credit code).",
        )
        return CodeExplanation("org_code", code, True, message)
    return CodeExplanation("org_code", code, False, org_code_fault(code))


def _registration_number(code: str) -> CodeExplanation:
    parsed = parse_registration_number(code)
    if parsed.warnings:
        return CodeExplanation("registration_number", code, False, parsed.warnings[0])
    message = Text(
        "这是 2015 年以前的旧注册号，不是统一社会信用代码。",
        "An old registration number from before 2015, not a unified social credit code.",
    )
    return CodeExplanation("registration_number", code, True, message)


def _unknown(code: str) -> Text:
    if not code:
        return Text("代码为空。", "The code is empty.")
    shown = shorten(code, 30)
    return Text(
        f"“{shown}”不是可识别的代码：统一社会信用代码 18 位，组织机构代码 9 位，旧注册号 15 位或 13 位。",
        f"“{shown}” is no known code: a unified social credit code has 18 characters, an organisation code 9, "
        "an old registration number 15 or 13.",
    )
