"""Read the judged data: the invented world and the queries, checked against each other."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from registry.identity.regions import region
from registry.identity.uscc import explain_code
from tests.judged.schema import Announcement, Class, Firm, Located, ProductVersion, WrongData

DATA = Path(__file__).parent / "data"
FILLER_COLUMNS = ["handle", "name", "region", "industry", "lists"]
FICTIONAL_BODY = "EX"
"""Codes whose body begins so are not given out."""


@dataclass(frozen=True)
class World:
    """The invented firms, lists and products by handle."""

    lists: dict[str, Announcement]
    firms: dict[str, Firm]
    products: dict[str, ProductVersion]


@cache
def load_world(folder: Path = DATA) -> World:
    """World and fillers. Raises WrongData naming file and line."""
    source = Located(folder / "world.yaml")
    lists: dict[str, Announcement] = _section(source, "lists", Announcement)
    firms: dict[str, Firm] = _section(source, "firms", Firm)
    products: dict[str, ProductVersion] = _section(source, "products", ProductVersion)
    for handle, firm in firms.items():
        _check_firm(source, handle, firm, lists, firms)
    for handle, product in products.items():
        if product.maker not in firms:
            raise source.wrong(("products", handle, "maker"), f"there is no firm {product.maker}")
        for title in product.listed:
            if title.list not in lists:
                raise source.wrong(("products", handle, "listed"), f"there is no list {title.list}")
    fillers = _fillers(folder / "fillers.csv", lists)
    for handle in set(fillers) & set(firms):
        raise source.wrong(("firms", handle), f"{handle} is a filler as well")
    return World(lists, firms | fillers, products)


@cache
def load_classes(folder: Path = DATA) -> dict[str, Class]:
    """All classes of queries by name, files in alphabetical order. Raises WrongData naming file and line."""
    world = load_world(folder)
    known = set(world.firms) | set(world.products)
    classes: dict[str, Class] = {}
    for path in sorted((folder / "queries").glob("*.yaml")):
        source = Located(path)
        for name, given in (source.top or {}).items():
            if name in classes:
                raise source.wrong((name,), f"the class {name} is in another file as well")
            classes[name] = source.validate(Class, (name,), given)
            _check_queries(source, name, classes[name], known, world)
    return classes


def _section(source: Located, section: str, kind: type[Any]) -> dict[str, Any]:
    given = source.top.get(section) or {}
    return {handle: source.validate(kind, (section, handle), entry) for handle, entry in given.items()}


def _check_firm(
    source: Located, handle: str, firm: Firm, lists: dict[str, Announcement], firms: dict[str, Firm]
) -> None:
    where = ("firms", handle)
    if region(firm.region) is None:
        raise source.wrong((*where, "region"), f"there is no division {firm.region}")
    for title in firm.titles:
        if title.list not in lists:
            raise source.wrong((*where, "titles"), f"there is no list {title.list}")
    if firm.merged_into and firm.merged_into not in firms:
        raise source.wrong((*where, "merged_into"), f"there is no firm {firm.merged_into}")
    if firm.code:
        if firm.code[8:10] != FICTIONAL_BODY:
            raise source.wrong((*where, "code"), f"the body of an invented code begins with {FICTIONAL_BODY}")
        if explain_code(firm.code).valid is firm.damaged:
            raise source.wrong((*where, "code"), f"{firm.code} {'passes' if firm.damaged else 'fails'} its check")


def _check_queries(source: Located, name: str, found: Class, known: set[str], world: World) -> None:
    seen: set[str] = set()
    for number, query in enumerate(found.queries):
        where = (name, "queries", number)
        if not query.expects:
            raise source.wrong(where, f"{query.q!r} expects nothing")
        if repr(query) in seen:
            raise source.wrong(where, f"{query.q!r} is asked twice with the same expectation")
        seen.add(repr(query))
        for handle in query.handles():
            if handle not in known:
                raise source.wrong(where, f"there is no firm or product {handle}")
        for chip in (*query.chips, *query.offered, *query.read):
            field, _, value = chip.partition(":")
            if not value or (field == "batch" and value not in world.lists):
                raise source.wrong(where, f"{chip} is not field:value, or there is no such list")


def _fillers(path: Path, lists: dict[str, Announcement]) -> dict[str, Firm]:
    """Firms nobody asks for, one a line: handle, name, region, industry, lists."""
    firms: dict[str, Firm] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != FILLER_COLUMNS:
            raise WrongData(f"{path.name}:1: the columns are {', '.join(FILLER_COLUMNS)}")
        for row in rows:
            titles = row["lists"].split()
            if row["handle"] in firms or region(row["region"]) is None or set(titles) - set(lists):
                raise WrongData(f"{path.name}:{rows.line_num}: handle twice, unknown region or unknown list in {row}")
            given = {key: row[key] for key in ("name", "region", "industry")}
            firms[row["handle"]] = Firm.model_validate(given | {"titles": titles})
    return firms
