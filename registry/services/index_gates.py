"""What a new index must show before it is put to use: as many entries as the database, and right answers."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager

from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.db import reading
from registry.errors import StorageUnavailable, Text
from registry.search import tiers
from registry.search.cards import EnterpriseCard
from registry.search.config import GatesFile, load_config
from registry.search.documents import IndexDocument, Kind
from registry.search.engine import Ask, IndexReader, Writer
from registry.search.judging import Answered, is_void, rank_of
from registry.search.known_items import KINDS, KnownItem, Subject, known_items
from registry.search.query import Hit, SearchPage, SearchQuery
from registry.search.sources import load_sources
from registry.services.finding import find
from registry.services.index_changes import changes
from registry.services.search_hits import stale_among
from registry.vocabulary import NameKind

SEED = 7
FIRMS_A_QUESTION = 10
"""A registry of a few enterprises is asked fewer questions of each way."""
_DEPTH = {"top1": 1, "top3": 3, "recall": 10}
_SHORT = (NameKind.SHORT, NameKind.ALIAS)
_KINDS: dict[Kind, Text] = {"enterprise": Text("家企业", "enterprises"), "product": Text("个产品", "products")}


class GateClosed(StorageUnavailable):
    """A new index is not as it should be; it was not put to use and the one before stays."""


def gates() -> GatesFile:
    """The shipped settings. Raises ConfigFault naming file, line and entry of what is wrong."""
    settings: GatesFile = load_config(GatesFile)
    return settings


class Sample:
    """Entries on their way into an index, counted by kind; some enterprises, evenly spread, to make questions from."""

    def __init__(self, documents: Iterable[IndexDocument], expected: int) -> None:
        self._documents = documents
        self._step = max(1, expected // gates().enterprises)
        self.counts: dict[Kind, int] = {"enterprise": 0, "product": 0}
        self.ids: dict[str, int] = {}
        self.subjects: list[Subject] = []

    def __iter__(self) -> Iterator[IndexDocument]:
        for document in self._documents:
            if document.kind == "enterprise" and self.counts["enterprise"] % self._step == 0:
                subject = _subject(EnterpriseCard.load(document.card))
                self.ids[subject.key] = document.id
                self.subjects.append(subject)
            self.counts[document.kind] += 1
            yield document


def pass_gates(database: Engine, writer: Writer, version: str, sample: Sample, counted: Mapping[Kind, int]) -> None:
    """Compare the built version with what went into it and with the database, and ask it questions.

    ``counted``: what the database had of each kind when the entries were read. Raises GateClosed saying what is wrong.
    """
    reader = writer.reader_of(version)
    products = reader.ask([Ask(tiers.PRODUCTS, total=True)])[0].total
    held: dict[Kind, int] = {"enterprise": reader.count, "product": products}
    for kind, words in _KINDS.items():
        if not held[kind] == sample.counts[kind] == counted[kind]:
            raise _closed(
                f"新索引有 {held[kind]} {words.zh}，应有 {counted[kind]}",
                f"The new index holds {held[kind]} {words.en} instead of {counted[kind]}",
            )
    with reading(database) as session:
        _Judging(session, reader, sample).judge()


class _Judging:
    """Asks a version of the index through the search that people use."""

    def __init__(self, session: Session, reader: IndexReader, sample: Sample) -> None:
        self._session, self._engine, self._sample = session, _Only(reader), sample

    def judge(self) -> None:
        wrong: dict[str, list[str]] = {}
        asked: dict[str, int] = {}
        each = min(gates().questions, 2 + len(self._sample.subjects) // FIRMS_A_QUESTION)
        for item in known_items(self._sample.subjects, each=each, seed=SEED, half="all", kinds=gates().ways):
            right = self._is_right(item)
            if right is not None:
                asked[item.kind] = asked.get(item.kind, 0) + 1
                if not right:
                    wrong.setdefault(item.kind, []).append(item.text)
        for way, texts in wrong.items():
            wanted = gates().ways[way]
            if len(texts) > (max(1, int((1 - wanted) * asked[way] + 0.5)) if wanted < 1 else 0):
                right_ones, example = asked[way] - len(texts), texts[0]
                raise _closed(
                    f"新索引对“{way}”类查询只答对 {right_ones}/{asked[way]}，例如“{example}”",
                    f"The new index answers {right_ones} of {asked[way]} questions of the way “{way}”, not “{example}”",
                )

    def _is_right(self, item: KnownItem) -> bool | None:
        """None if the question says nothing: the enterprise has changed meanwhile, or the slip made another name."""
        page = find(self._session, self._engine, SearchQuery(text=item.text, limit=10))
        if page.degraded:
            raise _closed("新索引不可读", "The new index cannot be read")
        depth = _DEPTH[KINDS[item.kind].measure]
        if _within(depth, item, _by_name(page)):
            return True
        # Another enterprise of the same short name is as right; its names are looked up only where it matters.
        answered = self._with_other_names(page)
        if _within(depth, item, answered):
            return True
        return None if is_void(item, answered) or self._has_changed(item) else False

    def _with_other_names(self, page: SearchPage) -> Answered:
        ids = [hit.enterprise_id for hit in (*page.hits, *page.near)]
        known = {source.id: _subject(source.card) for source in load_sources(self._session, ids, page.as_of)}
        return Answered(
            *(tuple(known.get(hit.enterprise_id) or _bare(hit) for hit in hits) for hits in (page.hits, page.near))
        )

    def _has_changed(self, item: KnownItem) -> bool:
        stale = stale_among(self._session, [(row.kind, row.subject_id) for row in changes(self._session)])
        return stale is None or self._sample.ids[item.target.key] in stale


class _Only:
    """An engine of one view: a version that is not in use yet."""

    name = "gate"

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    def reader(self) -> IndexReader:
        return self._reader

    def version(self) -> str:
        return self.name

    def writing(self) -> AbstractContextManager[Writer]:
        raise NotImplementedError

    def building(self) -> AbstractContextManager[Writer]:
        raise NotImplementedError

    def is_building(self) -> bool:
        return True


def _within(depth: int, item: KnownItem, answered: Answered) -> bool:
    rank = rank_of(item, answered)
    return rank is not None and rank <= depth


def _subject(card: EnterpriseCard) -> Subject:
    english = card.named(NameKind.ENGLISH)
    return Subject(card.key, card.name, card.uscc, tuple(card.named(*_SHORT)), english[0] if english else None)


def _by_name(page: SearchPage) -> Answered:
    meant = [Subject(found.key, found.name or "") for found in page.did_you_mean if found.key]
    return Answered([_bare(hit) for hit in page.hits], [*meant, *(_bare(hit) for hit in page.near)])


def _bare(hit: Hit) -> Subject:
    return Subject(hit.id, hit.name, hit.uscc)


def _closed(zh: str, en: str) -> GateClosed:
    return GateClosed(
        f"{zh}，没有启用；原索引不变。请检查后重建。",
        f"{en}; it was not put to use and the old one stays. Find out why and rebuild.",
    )
