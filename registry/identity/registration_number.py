"""Registration numbers (注册号) from before 2015, in the three forms still met in lists.

Fifteen digits by GS 15-2006: 6 of the authority's region, 8 of sequence, 1 check digit (ISO/IEC 7064, MOD 11,10).
Fifteen characters of farmers' cooperatives: 6 digits, ``NA``, 6 digits, ``X``; they have no check digit.
Thirteen digits, older still and without a check digit.
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

from registry.errors import InvalidInput, Text
from registry.identity.modulo import registration_check_digit
from registry.identity.normal import normalise_code

NumberForm = Literal["gs15", "cooperative", "old13"]

_SHAPE = re.compile(r"(?P<gs15>[0-9]{15})|(?P<cooperative>[0-9]{6}NA[0-9]{6}X)|(?P<old13>[0-9]{13})")
"""One pattern for all forms, each a group of its name: imports try hundreds of thousands of numbers."""


@dataclass(frozen=True, slots=True)
class ParsedRegistrationNumber:
    """A recognised number. ``check`` is None where the form has no check digit; a wrong one is a warning."""

    code: str
    form: NumberForm
    region_code: str
    sequence: str
    check: str | None
    warnings: tuple[Text, ...] = ()


def is_registration_number(text: str) -> bool:
    """Whether the text, as it stands, has one of the three forms. A wrong check digit does not matter here.

    >>> is_registration_number("110108000000016"), is_registration_number("370681NA000276X")
    (True, True)
    """
    return _SHAPE.fullmatch(text) is not None


def parse_registration_number(text: str) -> ParsedRegistrationNumber:
    """Normalise and read an old number. Raises InvalidInput if it has none of the three forms.

    >>> parse_registration_number("110108000000017").warnings[0].zh
    '注册号校验位不符：末位为 7，按前 14 位应为 6。'
    """
    code = normalise_code(text)
    form = _form_of(code)
    if form is None:
        raise InvalidInput(
            f"不是旧注册号：应为 15 位数字、13 位数字，或 6 位数字加 NA 加 6 位数字加 X，现为 {len(code)} 位。",
            "Not an old registration number: 15 digits, 13 digits, or 6 digits, NA, 6 digits and X are known; "
            f"this has {len(code)} characters.",
            field="registration_number",
            value=text,
        )
    check = code[14] if form == "gs15" else None
    sequence = code[6:14] if form != "old13" else code[6:]
    return ParsedRegistrationNumber(code, form, code[:6], sequence, check, _warnings(code, check))


def _form_of(text: str) -> NumberForm | None:
    found = _SHAPE.fullmatch(text)
    return cast(NumberForm, found.lastgroup) if found else None


def _warnings(code: str, check: str | None) -> tuple[Text, ...]:
    if check is None:
        return ()
    expected = registration_check_digit(code[:14])
    if check == expected:
        return ()
    return (
        Text(
            f"注册号校验位不符：末位为 {check}，按前 14 位应为 {expected}。",
            f"Registration number check failed: it ends in {check}, the first 14 digits call for {expected}.",
        ),
    )
