"""Text from a person or program, read into values. Used by pages, API and command line alike."""

import re
from collections.abc import Collection
from datetime import date
from typing import Literal

from registry.errors import InvalidInput, shorten
from registry.vocabulary import TitleStatus

StatusFilter = TitleStatus | Literal["held", "all"]
DownloadFormat = Literal["csv", "xlsx", "json"]
FORMATS: tuple[DownloadFormat, ...] = ("csv", "xlsx", "json")
ListFormat = DownloadFormat | Literal["parquet"]
LIST_FORMATS: tuple[ListFormat, ...] = (*FORMATS, "parquet")
"""Of directories and the product catalogue. The last one takes an extra (``registry.extras``)."""
STATUS_CHOICES: tuple[str, ...] = ("held", *(status.value for status in TitleStatus), "all")

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})(\d{2})(\d{2})|(\d{4})年(\d{1,2})月(\d{1,2})日")
_TO_HALF = str.maketrans({0xFF01 + i: 0x21 + i for i in range(94)})
_REGION = re.compile(r"[0-9]{6}")


def parse_day(text: str, *, field: str) -> date:
    """A day written 2025-02-28, 2025/2/28, 2025.2.28, 20250228 or 2025年2月28日.

    Raises InvalidInput naming ``field`` for anything else, for a day that does not exist and outside 1900–2200.

    >>> parse_day("2025年2月3日", field="as_of").isoformat()
    '2025-02-03'
    """
    found = _DAY.fullmatch(text.translate(_TO_HALF).strip())
    if found is None:
        raise InvalidInput(
            f"{field} 的值“{shorten(text)}”不是日期。请写成 2025-02-28 的样子。",
            f"“{shorten(text)}” is not a date ({field}). Write it like 2025-02-28.",
            field=field,
            value=text,
        )
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        value = date(year, month, day)
    except ValueError:
        raise InvalidInput(
            f"{field} 的值“{shorten(text)}”：没有这一天。请核对年、月、日。",
            f"“{shorten(text)}” is a day that does not exist ({field}). Check year, month and day.",
            field=field,
            value=text,
        ) from None
    if not EARLIEST <= value <= LATEST:
        raise InvalidInput(
            f"{field} 的值“{shorten(text)}”超出范围，应在 {EARLIEST.year} 至 {LATEST.year} 年之间。",
            f"“{shorten(text)}” is out of range ({field}): use {EARLIEST.year} to {LATEST.year}.",
            field=field,
            value=text,
        )
    return value


def parse_directory(text: str, known: Collection[str], *, field: str = "directory") -> str:
    """The code of a directory among ``known``; case and white space do not matter. Raises InvalidInput with choices."""
    code = text.translate(_TO_HALF).strip().lower().replace("-", "_")
    if code in known:
        return code
    raise InvalidInput(
        f"没有代码为“{shorten(text)}”的名录。",
        f"There is no directory with the code “{shorten(text)}”.",
        field=field,
        value=text,
        choices=tuple(sorted(known)),
    )


def parse_region_code(text: str, *, field: str = "city") -> str:
    """Six digits. Raises InvalidInput otherwise."""
    code = text.translate(_TO_HALF).strip()
    if _REGION.fullmatch(code):
        return code
    raise InvalidInput(
        f"{field} 的值“{shorten(text)}”不是六位行政区划代码，例如 440300。",
        f"“{shorten(text)}” is not a six-digit region code ({field}), such as 440300.",
        field=field,
        value=text,
    )


def parse_status(text: str, *, field: str = "status") -> StatusFilter:
    """One state of a title, or ``held`` (valid or due), or ``all``. Raises InvalidInput with the choices."""
    value = text.strip().lower()
    if value == "held":
        return "held"
    if value == "all":
        return "all"
    if value in STATUS_CHOICES:
        return TitleStatus(value)  # type: ignore[call-arg]  # a member is looked up by its value alone
    raise _not_among(text, STATUS_CHOICES, field)


def parse_format(text: str, *, field: str = "format") -> DownloadFormat:
    """csv, xlsx or json. Raises InvalidInput with the choices."""
    value = text.strip().lower()
    for known in FORMATS:
        if value == known:
            return known
    raise _not_among(text, FORMATS, field)


def parse_list_format(text: str, *, field: str = "format") -> ListFormat:
    """csv, xlsx, json or parquet. Raises InvalidInput with the choices."""
    if text.strip().lower() == "parquet":
        return "parquet"
    try:
        return parse_format(text, field=field)
    except InvalidInput:
        raise _not_among(text, LIST_FORMATS, field) from None


def _not_among(text: str, choices: tuple[str, ...], field: str) -> InvalidInput:
    return InvalidInput(
        f"{field} 的值“{shorten(text)}”不能使用。",
        f"The value “{shorten(text)}” cannot be used ({field}).",
        field=field,
        value=text,
        choices=choices,
    )
