"""Compare one answer with what was expected of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from registry.search.query import SearchPage
from tests.judged.population import Populated
from tests.judged.schema import Query
from web.search import direct_key

TRIES = 3
"""A slow answer is asked for again before it counts as slow: the machine has other work."""

Ask = Callable[[str], SearchPage]


@dataclass(frozen=True)
class Shown:
    """An answer in the handles of the world."""

    hits: list[str]
    near: list[str]
    meant: list[str]
    products: list[str]
    page: SearchPage

    @property
    def words(self) -> str:
        """Everything the page says about its answer."""
        page = self.page
        texts = [notice.zh for notice in page.notices]
        texts += [chip.label.zh for chip in page.interpreted]
        texts += [suggestion.reason.zh for suggestion in page.did_you_mean]
        texts += [hit.why.zh for hit in page.hits[:1]]
        return "\n".join(texts)

    def chips(self, *, applied: bool) -> set[str]:
        """field:value of what was read."""
        return {f"{chip.field}:{chip.value}" for chip in self.page.interpreted if chip.applied is applied}


def judge_class(queries: Iterable[Query], ask: Ask, world: Populated, *, timed: bool) -> list[str]:
    """What is wrong with the answers, a line each; nothing if all is well. ``timed``: also what took too long."""
    return [f"{query.q[:60]!r}: {miss}" for query in queries for miss in judge(query, ask, world, timed=timed)]


def judge(query: Query, ask: Ask, world: Populated, *, timed: bool) -> list[str]:
    """What is wrong with the answer to one query."""
    page = ask(query.text)
    shown = _in_handles(page, world)
    misses = [*_places(query, shown), *_sets(query, shown), *_reading(query, shown, world), *_offers(query, shown)]
    if timed and query.within_ms is not None:
        took = min([page.took_ms, *_again(query, ask, page.took_ms)])
        if took > query.within_ms:
            misses.append(f"took {took:.0f} ms instead of {query.within_ms}")
    return misses


def _again(query: Query, ask: Ask, took: float) -> Iterator[float]:
    for _ in range(TRIES - 1):
        if took > (query.within_ms or 0):
            took = ask(query.text).took_ms
            yield took


def _in_handles(page: SearchPage, world: Populated) -> Shown:
    firms = {number: handle for handle, number in world.firms.items()}
    products = {number: handle for handle, number in world.products.items()}
    return Shown(
        hits=[firms[hit.enterprise_id] for hit in page.hits],
        near=[firms[hit.enterprise_id] for hit in page.near],
        meant=[world.keys[s.key] for s in page.did_you_mean if s.key in world.keys],
        products=[products[hit.id] for hit in page.products],
        page=page,
    )


def _places(query: Query, shown: Shown) -> Iterator[str]:
    """top1, top3, top10, order, product1, directory1, redirect, group."""
    hits = shown.hits
    if query.top1 and (not hits or hits[0] not in query.top1):
        yield f"{_or(query.top1)} should be first, not {_list(hits)}{_beside(shown)}"
    for names, depth in ((query.top3, 3), (query.top10, 10)):
        if missing := [name for name in names if name not in hits[:depth]]:
            yield f"{', '.join(missing)} should be among the first {depth}, not {_list(hits, depth)}{_beside(shown)}"
    if query.order and [name for name in hits if name in query.order] != list(query.order):
        yield f"the order should be {' > '.join(query.order)}, not {_list(hits)}"
    if query.product1 and shown.products[:1] != [query.product1]:
        yield f"{query.product1} should be the first product, not {_list(shown.products)}"
    codes = [found.code for found in shown.page.directories]
    if query.directory1 and codes[:1] != [query.directory1]:
        yield f"{query.directory1} should be the first directory, not {_list(codes)}"
    if query.group and shown.page.groups[:1] != (query.group,):
        yield f"{query.group} should be the first group, not {_list(shown.page.groups)}"


def _sets(query: Query, shown: Shown) -> Iterator[str]:
    """only, products, never, empty, facet."""
    if query.only is not None and set(shown.hits) != set(query.only):
        more, less = sorted(set(shown.hits) - set(query.only)), sorted(set(query.only) - set(shown.hits))
        yield f"there should be exactly {len(query.only)} hits; too many: {_list(more)}, missing: {_list(less)}"
    if missing := [name for name in query.products if name not in shown.products]:
        yield f"the products {', '.join(missing)} are missing from {_list(shown.products)}"
    everything = {*shown.hits, *shown.near, *shown.meant, *shown.products}
    if found := [name for name in query.never if name in everything]:
        yield f"{', '.join(found)} must not be shown"
    if query.empty and (shown.page.total or shown.hits):
        yield f"nothing should match, not {shown.page.total}: {_list(shown.hits)}"
    for facet, values in query.facet.items():
        counted = {value.value for value in shown.page.facets.get(facet, ()) if value.count}
        if missing := [value for value in values if value not in counted]:
            yield f"{facet} does not count {', '.join(missing)}"


def _reading(query: Query, shown: Shown, world: Populated) -> Iterator[str]:
    """chips, offered, read, says, redirect."""
    applied, offered = shown.chips(applied=True), shown.chips(applied=False)
    for wanted, found in ((query.chips, applied), (query.offered, offered), (query.read, applied | offered)):
        if missing := sorted({_numbered(chip, world) for chip in wanted} - found):
            yield f"not read: {', '.join(missing)}; read: {_list(sorted(applied))}, offered: {_list(sorted(offered))}"
    if query.says and query.says not in shown.words:
        yield f"should say {query.says!r}, says {shown.words!r}"
    leads = world.keys.get(direct_key(shown.page) or "", "nothing")
    if query.redirect and leads != query.redirect:
        yield f"should lead to {query.redirect}, leads to {leads}"


def _offers(query: Query, shown: Shown) -> Iterator[str]:
    """near, suggestion."""
    if query.suggestion and query.suggestion not in shown.meant:
        yield f"{query.suggestion} should be suggested, not {_list(shown.meant)}{_beside(shown)}"
    if query.near and query.near not in {*(shown.hits + shown.near)[:10], *shown.meant}:
        yield f"{query.near} should be offered, not {_list(shown.hits + shown.near)}"


def _numbered(chip: str, world: Populated) -> str:
    """A chip for a list carries its number."""
    field, _, value = chip.partition(":")
    return f"batch:{world.batches[value]}" if field == "batch" else chip


def _or(names: Iterable[str]) -> str:
    return " or ".join(names)


def _list(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (" …" if len(names) > most else "") if names else "nothing"


def _beside(shown: Shown) -> str:
    return f" (similar: {_list(shown.near)})" if shown.near else ""
