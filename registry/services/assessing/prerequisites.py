"""The prerequisite graph: which title opens the way to which, read from the rules, with who stands on each step."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.errors import InvalidInput, NotFound, Text
from registry.models import Assessment, Batch, Directory, Enterprise, Listing
from registry.policies import EVERYWHERE
from registry.schemas.assessments import LadderGraph, LadderLink, LadderNode
from registry.services.assessing.choosing import where_and_what, with_firms
from registry.services.assessing.ladder import YEAR
from registry.services.assessing.runs import latest_runs
from registry.services.standards import known_standards
from registry.tiering.language import AllOf, ByProcedure, EachYear, Part, Rule, Title
from registry.tiering.selection import choose, tiers
from registry.tiering.standard import Standard, subrules
from registry.titles import held_on
from registry.vocabulary import Flag

_STRICT = (AllOf, Part, EachYear, ByProcedure)
"""Rules all of whose parts must hold: a title inside them is asked of everybody."""
HOME = "440000"


def ladder_graph(
    session: Session, *, as_of: date, region_code: str = EVERYWHERE, place: str | None = None, chain: str | None = None
) -> LadderGraph:
    """Every title that is asked for by another or asks for one, lowest first, and the links between them.

    Links come from the versions in force on the day for new applications in the place asked for.
    """
    where = place or (HOME if region_code == EVERYWHERE else region_code)
    links = _distinct(link for standard in _in_force(session, as_of, where) for link in links_of(standard))
    inside = where_and_what(region_code, place, chain)
    codes = list(dict.fromkeys(code for link in links for code in (link.source, link.target)))
    names = {one.code: one for one in session.scalars(select(Directory).where(col(Directory.code).in_(codes)))}
    known = [code for code in codes if code in names]
    layers = layers_of(known, links)
    nodes = [_node(session, names[code], layers[code], inside, as_of) for code in known]
    return LadderGraph(
        as_of=as_of,
        nodes=tuple(sorted(nodes, key=lambda node: (node.layer, names[node.code].position))),
        links=tuple(link for link in links if link.source in names and link.target in names),
    )


def links_of(standard: Standard) -> Iterator[LadderLink]:
    """The titles a version asks for. ``required``: of everybody, else it opens one of several ways.

    Of several titles in one condition any is enough.
    """
    for criterion in standard.criteria:
        if "new" not in criterion.procedures or criterion.advisory:
            continue
        for title, required in _titles(criterion.rule, required=True):
            for code in title.title:
                yield LadderLink(
                    source=code,
                    target=standard.tier,
                    criterion=criterion.id,
                    name=Text(criterion.name.zh, criterion.name.en),
                    required=required,
                    one_of=len(title.title) > 1,
                )


def _titles(rule: Rule, *, required: bool) -> Iterator[tuple[Title, bool]]:
    if isinstance(rule, Title):
        yield rule, required
    for inner in subrules(rule):
        yield from _titles(inner, required=required and isinstance(rule, _STRICT))


def layers_of(codes: Sequence[str], links: Sequence[LadderLink]) -> dict[str, int]:
    """How many steps each title stands above the lowest; a ring in the rules ends after as many rounds as titles."""
    layers = dict.fromkeys(codes, 0)
    for _ in codes:
        for link in links:
            if link.source in layers and link.target in layers and link.source != link.target:
                layers[link.target] = min(max(layers[link.target], layers[link.source] + 1), len(codes))
    return layers


def _in_force(session: Session, as_of: date, where: str) -> Iterator[Standard]:
    among = known_standards(session)
    for tier in tiers(among=among, chosen=True):
        try:
            yield choose(tier, procedure="new", as_of=as_of, region_code=where, among=among)
        except (InvalidInput, NotFound):
            continue  # nothing in force here today


def _distinct(links: Iterator[LadderLink]) -> list[LadderLink]:
    """One link between two titles; the required one where there are several."""
    found: dict[tuple[str, str], LadderLink] = {}
    for link in links:
        key = (link.source, link.target)
        if key not in found or (link.required and not found[key].required):
            found[key] = link
    return list(found.values())


def _node(session: Session, directory: Directory, layer: int, inside: Sequence[object], as_of: date) -> LadderNode:
    holders = (
        select(func.count(func.distinct(col(Listing.enterprise_id))))
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .join(Enterprise, col(Enterprise.id) == col(Listing.enterprise_id))
        .where(col(Listing.directory_code) == directory.code, held_on(as_of), *inside)  # type: ignore[arg-type]
    )
    runs = [run.id for run in latest_runs(session, tier=directory.code)]
    counts: dict[Flag, int] | None = None
    if runs:
        by_flag = select(col(Assessment.flag), func.count()).group_by(col(Assessment.flag))
        asked = with_firms(by_flag).where(col(Assessment.run_id).in_(runs), col(Assessment.flag).is_not(None), *inside)
        stored = {Flag.of(flag): count for flag, count in session.execute(asked)}
        counts = {flag: stored.get(flag, 0) for flag in Flag}
    return LadderNode(
        code=directory.code,
        name=Text(directory.short_zh, directory.short_en),
        layer=layer,
        holders=session.scalar(holders) or 0,
        due_12_months=session.scalar(holders.where(col(Listing.valid_to) <= as_of + YEAR)) or 0,
        counts=counts,
    )
