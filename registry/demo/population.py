"""Write fictional enterprises in bulk, for the demo and the benches: straight inserts, because nothing is decided."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from registry import clock
from registry.demo.figures import facts, yearly_figures
from registry.demo.firms import DEFAULT_SEED, DemoFirm, a_firm
from registry.identity import fold_name
from registry.models import Enterprise, EnterpriseAddress, EnterpriseChain, EnterpriseName, Fact, Figure
from registry.services.imports.bulk import insert_rows, reserve_numbers
from registry.vocabulary import IdentityState, NameKind, Trust

CHUNK = 2_000
SOURCE = "示例数据（虚构）"

Progress = Callable[[int, int], None]
"""Called with how many of how many are done."""


def population(
    session: Session,
    size: int,
    *,
    seed: int = DEFAULT_SEED,
    today: date | None = None,
    with_figures: bool = True,
    progress: Progress | None = None,
) -> list[DemoFirm]:
    """Write ``size`` fictional enterprises with names, chains, addresses and (if asked) figures and facts.

    Returns the firms in the order of their numbers. Titles are not written: they come in as lists.
    """
    on = today or clock.today()
    made: list[DemoFirm] = []
    for first in range(0, size, CHUNK):
        chunk = [a_firm(number, seed=seed, today=on) for number in range(first, min(first + CHUNK, size))]
        _write_chunk(session, chunk, seed=seed, today=on, with_figures=with_figures)
        made += chunk
        if progress is not None:
            progress(len(made), size)
    return made


def _write_chunk(session: Session, chunk: list[DemoFirm], *, seed: int, today: date, with_figures: bool) -> None:
    ids = reserve_numbers(session, Enterprise, len(chunk))
    pairs = list(zip(ids, chunk, strict=True))
    insert_rows(session, Enterprise, [_enterprise(number, firm) for number, firm in pairs])
    insert_rows(session, EnterpriseAddress, [{"key": firm.uscc, "enterprise_id": number} for number, firm in pairs])
    insert_rows(session, EnterpriseName, [row for number, firm in pairs for row in _names(number, firm)])
    insert_rows(session, EnterpriseChain, [row for number, firm in pairs for row in _chains(number, firm)])
    if with_figures:
        at = clock.now()
        insert_rows(session, Figure, [row for number, firm in pairs for row in _figures(number, firm, seed, today, at)])
        insert_rows(session, Fact, [row for number, firm in pairs for row in _facts(number, firm, seed, today, at)])


def _enterprise(number: int, firm: DemoFirm) -> dict[str, Any]:
    at = clock.now()
    return {
        "id": number,
        "identity": IdentityState.IDENTIFIED,
        "uscc": firm.uscc,
        "name_zh": firm.name,
        "name_en": firm.name_en,
        "region_code": firm.region_code,
        "city_code": firm.city_code,
        "industry_code": firm.line.industry_code,
        "founded_on": firm.founded_on,
        "operating_status": firm.status,
        "registered_capital_cny": firm.capital,
        "stock_code": firm.stock_code,
        "listed_market": firm.market,
        "website": f"https://{firm.digits}.example.com/",
        "address": f"示例路 {firm.number % 400 + 1} 号",
        "main_business": f"{firm.line.product}的研发、生产和销售（虚构）",
        "revision": 1,
        "created_at": at,
        "updated_at": at,
    }


def _names(number: int, firm: DemoFirm) -> Iterator[dict[str, Any]]:
    until = firm.former.until if firm.former else None
    current_from = until + timedelta(days=1) if until else firm.founded_on
    yield _name(number, firm.name, NameKind.CURRENT, current_from, None)
    yield _name(number, firm.short_name, NameKind.SHORT, None, None)
    if firm.former is not None:
        yield _name(number, firm.former.name, NameKind.FORMER, firm.founded_on, until)


def _name(number: int, name: str, kind: NameKind, begins: date | None, ends: date | None) -> dict[str, Any]:
    return {
        "enterprise_id": number,
        "name": name,
        "folded": fold_name(name),
        "kind": kind,
        "valid_from": begins,
        "valid_to": ends,
        "source": SOURCE,
    }


def _chains(number: int, firm: DemoFirm) -> Iterator[dict[str, Any]]:
    for code, basis in firm.chains:
        yield {"enterprise_id": number, "chain_code": code, "basis": basis}


def _figures(number: int, firm: DemoFirm, seed: int, today: date, at: Any) -> Iterator[dict[str, Any]]:
    for year, name, value, trust, source in yearly_figures(firm, seed=seed, today=today):
        yield {
            "enterprise_id": number,
            "year": year,
            "name": name,
            "value": Decimal(str(value)),
            "trust": trust,
            "source": source,
            "published": True,
            "recorded_at": at,
        }


def _facts(number: int, firm: DemoFirm, seed: int, today: date, at: Any) -> Iterator[dict[str, Any]]:
    for name, value in facts(firm, seed=seed, today=today):
        yield {
            "enterprise_id": number,
            "name": name,
            "value": value,
            "known_on": today.replace(month=1, day=1),
            "trust": Trust.DECLARED,
            "source": SOURCE,
            "published": True,
            "recorded_at": at,
        }
