"""Say exactly what is wrong with a text that should have been a unified social credit code."""

import re

from registry.errors import Text, shorten
from registry.identity.modulo import USCC_ALPHABET, uscc_check_character

LOOK_ALIKES = {"O": "0", "I": "1", "S": "5", "Z": "2", "V": "U"}
"""The five letters the alphabet leaves out and what each was probably meant to be."""

_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]*)?E\+?[0-9]{1,2}")
_FLOAT = re.compile(r"[0-9]{17,19}\.0*")

SCIENTIFIC_FAULT = Text(
    "此为 Excel 科学计数法，代码已损坏；请把该列设为文本后重新导出。",
    "This is scientific notation from Excel and the code is lost; format the column as text and export again.",
)


def is_scientific(code: str) -> bool:
    """Whether a normalised text is a number a spreadsheet made of a long code (9.13509E+17, 9144…016.0).

    >>> is_scientific("9.13509E+17"), is_scientific("91350900587527783P")
    (True, False)
    """
    return bool(_SCIENTIFIC.fullmatch(code) or _FLOAT.fullmatch(code))


def is_cut_by_excel(code: str) -> bool:
    """Whether 18 characters look like a number of which Excel kept only 15 digits.

    >>> is_cut_by_excel("914403001234567000"), is_cut_by_excel("91440300123456700X")
    (True, False)
    """
    return len(code) == 18 and code.isdigit() and code.endswith("000")


def uscc_fault(code: str) -> Text:
    """Why a normalised text, known to be invalid, is not a USCC. One sentence, the worst fault first."""
    if not code:
        return Text("统一社会信用代码为空。", "The unified social credit code is empty.")
    if is_scientific(code):
        return SCIENTIFIC_FAULT
    wrong = [(i, c) for i, c in enumerate(code, 1) if c not in USCC_ALPHABET]
    if len(code) != 18:
        return _length_fault(code, wrong)
    if wrong:
        return _character_fault(wrong)
    letters = [(i, c) for i, c in enumerate(code[2:8], 3) if not c.isdigit()]
    if letters:
        return _region_fault(*letters[0])
    return _check_fault(code)


def _length_fault(code: str, wrong: list[tuple[int, str]]) -> Text:
    zh = f"统一社会信用代码应为 18 位，现为 {len(code)} 位。"
    en = f"A unified social credit code has 18 characters; this has {len(code)}."
    if len(code) in (17, 19) and not wrong:
        few = len(code) == 17
        zh += "可能少录一位。" if few else "可能多录一位。"
        en += f" Perhaps one was {'left out' if few else 'typed twice'}."
    return Text(zh, en)


def _character_fault(wrong: list[tuple[int, str]]) -> Text:
    """Name every character that cannot occur, its place (from 1), and what it probably was."""
    zh, en = [], []
    for place, character in wrong[:4]:
        shown = shorten(character) or "?"
        hint = LOOK_ALIKES.get(character)
        zh.append(f"第 {place} 位“{shown}”" + (f"（可能是 {hint}）" if hint else ""))
        en.append(f"“{shown}” at {place}" + (f" (perhaps {hint})" if hint else ""))
    more_zh, more_en = ("等", " and more") if len(wrong) > 4 else ("", "")
    return Text(
        f"含有不允许的字符：{'，'.join(zh)}{more_zh}；代码只用数字和除 I、O、S、V、Z 外的大写字母。",
        f"Characters that cannot occur: {', '.join(en)}{more_en}; only digits and capitals without I, O, S, V, Z.",
    )


def _region_fault(place: int, character: str) -> Text:
    return Text(
        f"第 {place} 位应为数字（第 3–8 位是登记机关行政区划码），现为 {character}。",
        f"Character {place} must be a digit (3–8 are the authority's region code), not {character}.",
    )


def _check_fault(code: str) -> Text:
    expected = uscc_check_character(code[:17])
    if is_cut_by_excel(code):
        return Text(
            f"校验位不符，且末尾为 000：Excel 只保留 15 位有效数字，代码已损坏；请把该列设为文本后重新导出。"
            f"（按前 17 位，末位应为 {expected}。）",
            "Check failed and it ends in 000: Excel keeps 15 digits and the code is lost; format the column as "
            f"text and export again. (The first 17 characters call for {expected}.)",
        )
    return Text(
        f"校验位不符：末位为 {code[17]}，按前 17 位应为 {expected}。可能有一位录错。",
        f"Check failed: it ends in {code[17]}, the first 17 characters call for {expected}. "
        "Perhaps one character is wrong.",
    )
