"""Markup, formulas and template language in every stored text, looked at through every page, file and feed.

Hostile is every text column of the database that is not a word of our own; a new column is hostile by itself.
"""

import csv
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pdfplumber
import pytest
from httpx2 import Response
from lxml import etree
from sqlalchemy import JSON, String

from registry.db import EnumText, make_engine
from registry.models import every_table
from registry.services.bulk.writing import write_bulk
from registry.services.downloads import offered_formats
from registry.services.indexing import rebuild
from registry.settings import Settings
from tests.web.rights import LET_IN
from tests.web.world import ROUTES, World

EVIL = """=cmd|'/c x'!A1"'><evilx onevil='1'><script>evilx()</script>&lt;evilx&gt;{{7*191}}${7*191}%0d]]>"""
LINE = "\u2028\n=1+1"
OURS = {
    *("code", "kind", "key", "path", "slug", "tier", "standard_version", "based_on", "region_code", "city_code"),
    *("industry_code", "level", "to_level", "then", "subject", "flag", "verdict", "results", "inputs", "fingerprint"),
    *("folded", "outcome", "axis", "category", "indicator_code", "group_code", "language", "scheme", "region"),
    *("standard_tier", "reason_code", "about", "fault", "criterion", "sheet", "confidence", "stock_code", "authority"),
    *("media_type", "password_hash", "totp_secret", "website", "source_url", "subject_kind", "subject_key"),
    *("action", "settings", "locked_by", "actor", "purpose"),
}
"""Columns that hold words of our own programs, codes, hashes or addresses that were checked when they came in."""
OURS_IN = {
    *(("fact", "name"), ("figure", "name"), ("daily_run", "name"), ("rule_draft", "version"), ("rule_draft", "text")),
    *(("standard_version", "version"), ("standard_version", "text"), ("case_event", "before"), ("case_event", "after")),
    *(("index_catch_up", "kind"), ("mail", "body"), ("audit_head", "hash"), ("product", "version")),
}
READS = sorted(name for name, route in ROUTES.items() if route.methods == {"GET"})
FILES = {
    "directory_download": offered_formats(),
    "api_directory_download": offered_formats(),
    "product_download": offered_formats(),
    "plan_download": ("csv", "xlsx"),
    "plan_rows_download": ("csv", "xlsx"),
    "candidate_export": ("csv", "xlsx"),
    "renewal_export": ("csv", "xlsx"),
    "missing_export": ("csv", "xlsx"),
    "pool_export": ("csv", "xlsx"),
}


def hostile_columns() -> dict[str, list[tuple[str, bool]]]:
    """By table: column and whether it is JSON."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for table in every_table():
        for column in table.columns:
            ours = column.name in OURS or (table.name, column.name) in OURS_IN or "hash" in column.name
            closed = column.foreign_keys or column.unique or column.primary_key or isinstance(column.type, EnumText)
            text = isinstance(column.type, String | JSON) or "Json" in type(column.type).__name__
            if text and not (ours or closed or "sha256" in column.name):
                found.setdefault(table.name, []).append((column.name, not isinstance(column.type, String)))
    return found


def poison(path: str) -> int:
    """Write it into every row; returns how many values became hostile."""
    count = 0
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA ignore_check_constraints = 1")
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        for table, columns in hostile_columns().items():
            for column, is_json in columns:
                rows = database.execute(f'SELECT rowid, "{column}" FROM "{table}"').fetchall()  # noqa: S608
                for row, value in rows:
                    if not isinstance(value, str):
                        continue
                    written = (
                        json.dumps(deep(json.loads(value)), ensure_ascii=False) if is_json else EVIL + value + LINE
                    )
                    database.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE rowid = ?', (written, row))  # noqa: S608
                    count += 1
        database.commit()
    return count


def deep(value: Any) -> Any:
    """The same JSON with hostile text wherever people's words stand (known by their script; our own are ASCII)."""
    if isinstance(value, dict):
        return {key: deep(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [deep(inner) for inner in value]
    return EVIL + value if isinstance(value, str) and not value.isascii() else value


class Elements(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        links = [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]
        inline = tag == "script" and "src" not in names
        if tag == "evilx" or inline or any(name.startswith("on") for name in names):
            self.bad.append(f"<{tag} {sorted(names)}>")
        self.bad += [link for link in links if link.strip().lower().startswith(("javascript:", "data:", "vbscript:"))]


def faults(answer: Response) -> list[str]:
    """What in this answer would be run, calculated or taken for structure."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code >= 500:
        return [f"status {answer.status_code}"]
    if kind == "text/html":
        return in_page(answer.text)
    if kind.endswith("json"):
        json.loads(answer.content)
        return []
    if kind == "text/csv":
        return in_csv(answer.text)
    if kind.endswith("sheet"):
        return in_workbook(answer.content)
    if kind.endswith("xml"):
        return in_xml(answer.content)
    if kind == "application/pdf":
        return in_pdf(answer.content)
    return []


def in_pdf(content: bytes) -> list[str]:
    """What a reader of PDF would run or open: actions, scripts, links, forms."""
    with pdfplumber.open(io.BytesIO(content)) as document:
        acts = [name for name in ("OpenAction", "AA", "AcroForm", "Names") if name in document.doc.catalog]
        return acts + [str(one) for one in (*document.annots, *document.hyperlinks)]


def in_page(text: str) -> list[str]:
    page = Elements()
    page.feed(text)
    calculated = ["template"] if "1337" in text.replace("{{7*191}}", "") else []
    return page.bad + calculated


def in_csv(text: str) -> list[str]:
    table = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    return [cell[:40] for row in table for cell in row if cell[:1] in ("=", "+", "@", "\t", "\r")]


def in_workbook(content: bytes) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" or cell.hyperlink
    ]


def in_xml(content: bytes) -> list[str]:
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    found = []
    for element in root.iter():
        found += [str(element.tag)] if "evilx" in str(element.tag) else []
        if element.get("type") == "html":
            found += in_page(element.text or "")
    return found


@pytest.fixture(scope="module")
def poisoned(made_world: World) -> World:
    """The world with hostile text everywhere, the search index and the bulk files made of it."""
    made_world.restore()
    assert poison(str(made_world.live)) > 1_000
    settings = Settings(data_dir=made_world.live.parent)
    engine = make_engine(settings)
    rebuild(engine, made_world.client.app.state.search)  # type: ignore[attr-defined]
    write_bulk(engine, settings.data_dir)
    engine.dispose()
    return made_world


@pytest.mark.parametrize("role", ["public", "owner", "park", "auditor", "administrator"])
def test_no_stored_text_is_run_or_calculated_anywhere(poisoned: World, role: str) -> None:
    wrong, seen = {}, 0
    for name in READS:
        if role not in LET_IN[name]:
            continue
        _, path, _ = poisoned.question(name)
        for address in (path, *(f"{path}?format={kind}" for kind in FILES.get(name, ()))):
            answer = poisoned.open(role, "GET", address, headers={"accept-language": "zh"})
            seen += "evilx" in answer.text
            found = faults(answer)
            if found:
                wrong[address] = found[:3]
    assert wrong == {}
    assert seen > 10


def test_what_is_searched_for_and_suggested_is_no_markup(poisoned: World) -> None:
    for address in ("/search?q=evilx", "/search?q=示例", "/api/v1/search?q=示例", "/suggest?q=示例"):
        assert faults(poisoned.open("public", "GET", address)) == []
        htmx = poisoned.open("public", "GET", address, headers={"HX-Request": "true"})
        assert faults(htmx) == []


def test_bulk_files_and_what_a_firm_takes_along_hold_no_formula(poisoned: World) -> None:
    manifest = poisoned.open("public", "GET", "/bulk/latest/manifest.json").json()
    tables = [one["name"] for one in manifest["files"] if ".csv" in one["name"]]
    assert tables
    holdings = poisoned.ask("owner", "firm_holdings")
    with zipfile.ZipFile(io.BytesIO(holdings.content)) as packed:
        assert all(not name.startswith("/") and ".." not in name.split("/") for name in packed.namelist())
        for name in packed.namelist():
            if name.endswith(".csv"):
                assert in_csv(packed.read(name).decode("utf-8-sig")) == []
