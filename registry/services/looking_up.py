"""A pasted list of names and codes looked up one by one: for each the best match and how certain it is."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import BinaryIO

from sqlmodel import Session

from registry import clock
from registry.errors import InvalidInput, Locale, Text
from registry.schemas.base import ReadModel
from registry.search.answers import IndexAnswers
from registry.search.cards import forms_of
from registry.search.documents import document_key
from registry.search.engine import EngineUnavailable, SearchEngine
from registry.search.expression import any_term
from registry.search.lexicon import Lexicon
from registry.search.pasted import pasted_names
from registry.search.plan import Filters, Placed
from registry.search.query import Hit, SearchQuery
from registry.search.rerank import SURE, Candidate, plan_ladder, rerank
from registry.search.understand import Understood, understand
from registry.services.finding import find
from registry.services.lexicons import lexicon_for
from registry.services.search_hits import Shelf, hits, near_hits
from registry.vocabulary import LabelledEnum

NAMES_MAX = 200
CANDIDATES = 40
"""Similar names compared letter by letter, for each name nothing matches."""
_SURE = ("exact", "code")
_LIKELY = ("short_name", "alias", "former_name", "english_name", "brand", "stock_code")


class Certainty(LabelledEnum):
    """How sure it is that the match is the firm that was meant."""

    CERTAIN = "certain", "确定", "Certain"
    LIKELY = "likely", "很可能", "Likely"
    CHECK = "check", "待核对", "To be checked"
    NONE = "none", "未找到", "Not found"


class LookedUp(ReadModel):
    """One line of the list with its best match."""

    typed: str
    key: str | None
    name: str | None
    uscc: str | None
    city: Text | None
    certainty: Certainty
    why: Text | None
    matches: int
    """How many enterprises match; 0 if the one given is only similar."""


def read_names(raw: str) -> tuple[str, ...]:
    """The names of a pasted text, one a line or between marks; a single name too.

    Raises InvalidInput naming ``names`` if there are none or more than 200.
    """
    names = pasted_names(raw) or tuple(dict.fromkeys(line.strip() for line in raw.splitlines() if line.strip()))
    if not 1 <= len(names) <= NAMES_MAX:
        raise InvalidInput(
            f"请粘贴 1 至 {NAMES_MAX} 个名称或代码，每行一个；现在有 {len(names)} 个。",
            f"Paste 1 to {NAMES_MAX} names or codes, one a line; there are {len(names)}.",
            field="names",
        )
    return names


def look_up(session: Session, engine: SearchEngine | None, names: Sequence[str]) -> list[LookedUp]:
    """The best match of each name, in the order given. Without an index the database answers, without similar names."""
    try:
        reader = engine.reader() if engine is not None else None
        if reader is not None and reader.day == clock.today():
            lexicon = lexicon_for(session)
            index = IndexAnswers(reader, tuple(lexicon.directories))
            return [_by_index(session, index, lexicon, name) for name in names]
    except EngineUnavailable:
        pass
    return [_by_search(session, name) for name in names]


def write_csv(stream: BinaryIO, rows: Sequence[LookedUp], locale: Locale) -> None:
    """The answers as a table with a heading line; no cell begins like a formula."""
    heads = (
        Text("输入", "Typed"),
        Text("匹配企业", "Enterprise"),
        Text("统一社会信用代码", "USCC"),
        Text("城市", "City"),
        Text("把握", "Certainty"),
        Text("依据", "Why"),
    )
    table = StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow([head.in_(locale) for head in heads])
    writer.writerows(_cells(row, locale) for row in rows)
    # With a mark of its encoding, for spreadsheets.
    stream.write(table.getvalue().encode("utf-8-sig"))


def _cells(row: LookedUp, locale: Locale) -> Iterator[str]:
    city, why = (text.in_(locale) if text else "" for text in (row.city, row.why))
    for cell in (row.typed, row.name or "", row.uscc or "", city, row.certainty.label.in_(locale), why):
        yield f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


def _by_index(session: Session, index: IndexAnswers, lexicon: Lexicon, name: str) -> LookedUp:
    understood = understand(SearchQuery(text=name, literal=True), lexicon)
    answer = index.answer(understood.plan, Filters(), limit=2, facets=False)
    # The whole page may be of many hundred enterprises; nothing stale can be shown if each is read afresh.
    shelf = Shelf(session, lexicon, clock.today(), None)
    found = hits(shelf, answer.ranked.rows, plan=understood.plan)
    if found:
        return _row(name, found, answer.ranked.total)
    return _similar(shelf, index, understood, name)


def _similar(shelf: Shelf, index: IndexAnswers, understood: Understood, name: str) -> LookedUp:
    ladder = plan_ladder(understood.plan, understood.text)
    likes = index.similar(ladder, Filters(), limit=CANDIDATES) if ladder else []
    closest = rerank(ladder, [Candidate(x.id, x.score, *forms_of(x.forms)) for x in likes])[:1] if ladder else []
    if not closest or closest[0].likeness < SURE:
        return _nothing(name)
    where = any_term("key", [document_key("enterprise", closest[0].id)])
    rows = [Placed(row.id, card=row.card) for row in index.rank(where, limit=1).rows]
    near = near_hits(shelf, rows, plan=understood.plan, found=closest)
    return _row(name, near, 0) if near else _nothing(name)


def _by_search(session: Session, name: str) -> LookedUp:
    page = find(session, None, SearchQuery(text=name, literal=True, kind="enterprise", limit=2))
    return _row(name, page.hits, page.total) if page.hits else _nothing(name)


def _row(name: str, found: Sequence[Hit], total: int) -> LookedUp:
    best, rivals = found[0], [hit for hit in found[1:] if hit.reason == found[0].reason]
    sure = Certainty.CERTAIN if best.reason in _SURE else Certainty.LIKELY if best.reason in _LIKELY else None
    return LookedUp(
        typed=name,
        key=best.id,
        name=best.name,
        uscc=best.uscc,
        city=best.city_name,
        certainty=sure if sure is not None and not rivals else Certainty.CHECK,
        why=best.why,
        matches=total,
    )


def _nothing(name: str) -> LookedUp:
    return LookedUp(
        typed=name, key=None, name=None, uscc=None, city=None, certainty=Certainty.NONE, why=None, matches=0
    )
