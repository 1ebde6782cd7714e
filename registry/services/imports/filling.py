"""What a row can add to an enterprise that is already there: only what is empty is filled, nothing is overwritten."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from registry.identity import fold_name
from registry.services.imports.interpreting import Facts
from registry.services.imports.lookups import Firm
from registry.vocabulary import NameKind, OperatingStatus

SIMPLE = {
    "registration_no": "registration_no",
    "name_en": "name_en",
    "industry_code": "industry_code",
    "founded_on": "founded_on",
    "stock_code": "stock_code",
    "market": "listed_market",
    "website": "website",
    "address": "address",
    "main_business": "main_business",
}
"""Fact → column of Enterprise."""
OTHER_NAMES = ("name_en", "short_name", "former_name", "former_names")
"""Facts that are names besides the one a row is listed under."""


def columns_of(facts: Facts) -> dict[str, Any]:
    """The columns of Enterprise a row states, dates as dates. Without code, number of the row and name."""
    columns: dict[str, Any] = {column: facts[fact] for fact, column in SIMPLE.items() if fact in facts}
    if "founded_on" in columns:
        columns["founded_on"] = date.fromisoformat(columns["founded_on"])
    if "place" in facts:
        columns.setdefault("address", facts["place"])
    if "region_code" in facts:
        columns["region_code"] = facts["region_code"]
        columns["city_code"] = facts.get("city_code")
    if "capital_cny" in facts:
        columns["registered_capital_cny"] = facts["capital_cny"]
    elif "capital_text" in facts:
        columns["registered_capital_text"] = facts["capital_text"]
    if "status" in facts:
        columns["operating_status"] = OperatingStatus._value2member_map_[facts["status"]]
    return columns


def fills(firm: Firm, facts: Facts) -> dict[str, Any]:
    """The columns of the enterprise that are empty and that the row states; its code if it had none."""
    given = columns_of(facts)
    if firm.region_code is not None:
        given.pop("region_code", None)
        given.pop("city_code", None)
    if firm.registered_capital_cny is not None or firm.registered_capital_text is not None:
        given.pop("registered_capital_cny", None)
        given.pop("registered_capital_text", None)
    if firm.operating_status is not OperatingStatus.UNKNOWN:
        given.pop("operating_status", None)
    if facts.get("registration_no") != firm.registration_no and firm.registration_no is not None:
        given.pop("registration_no", None)
    if "uscc" in facts:
        given["uscc"] = facts["uscc"]
    return {
        column: value
        for column, value in given.items()
        if value is not None and (column == "operating_status" or getattr(firm, column) is None)
    }


def other_names(facts: Facts) -> Iterator[tuple[str, NameKind]]:
    """Names the row states besides the one it is listed under."""
    if "name_en" in facts:
        yield facts["name_en"], NameKind.ENGLISH
    if "short_name" in facts:
        yield facts["short_name"], NameKind.SHORT
    if "former_name" in facts:
        yield facts["former_name"], NameKind.FORMER
    for name in facts.get("former_names", ()):
        yield name, NameKind.FORMER


def new_names(facts: Facts, known: set[str]) -> list[tuple[str, str, NameKind]]:
    """Name, folded form and kind of the other names that are not yet ``known`` (folded)."""
    found: dict[str, tuple[str, str, NameKind]] = {}
    for name, kind in other_names(facts):
        folded = fold_name(name)
        if folded and folded not in known and len(folded) <= 300:
            found.setdefault(folded, (name, folded, kind))
    return list(found.values())
