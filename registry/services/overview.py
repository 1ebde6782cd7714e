"""The home page's numbers for one day, in a handful of aggregate queries. Nothing here writes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from registry.errors import Text
from registry.identity.regions import GUANGDONG_CITIES
from registry.models import Batch, Chain, Enterprise, EnterpriseChain, Listing
from registry.schemas.directories import BatchSummary, CityCount
from registry.schemas.overview import ChainCount, HomePage
from registry.services.counting import CountedBatch, counted_batches, sum_up
from registry.services.directories import city_counts, is_open, summarise
from registry.services.listing_rows import find_directory
from registry.services.places import place
from registry.titles import held_on
from registry.vocabulary import BatchState

ANNOUNCEMENTS = 12
MAP_DIRECTORY = "little_giant"


def home(session: Session, *, as_of: date, directory: str = MAP_DIRECTORY) -> HomePage:
    """Counts of the registry on the day; ``directory`` is the one the map and the chains show.

    Raises NotFound for an unknown directory.
    """
    mapped = find_directory(session, directory)
    batches = counted_batches(session, as_of=as_of)
    shown = [batch for batch in batches if batch.summary.state is not BatchState.SUPERSEDED]
    rows = summarise(session, batches, as_of=as_of)
    total = sum_up(batches)
    return HomePage(
        as_of=as_of,
        enterprises=_enterprises(session),
        held=total.held,
        directories=len({batch.summary.directory_code for batch in shown}),
        batches=len(shown),
        due=total.due,
        directory_rows=rows,
        announcements=_announcements(shown, as_of),
        map_directory=directory,
        cities=_cities(city_counts(session, directory=mapped, as_of=as_of)),
        chains=_chains(session, directory=directory, as_of=as_of),
    )


def _enterprises(session: Session) -> int:
    """Those that stand for themselves: all, less the few that were merged or taken back."""
    everyone = session.scalar(select(func.count()).select_from(Enterprise)) or 0
    merged = session.scalar(select(func.count()).where(col(Enterprise.merged_into_id).is_not(None))) or 0
    voided = session.scalar(
        select(func.count()).where(col(Enterprise.voided_at).is_not(None), col(Enterprise.merged_into_id).is_(None))
    )
    return everyone - merged - (voided or 0)


def _announcements(batches: Sequence[CountedBatch], as_of: date) -> list[BatchSummary]:
    """Open public notices first, then the newest announcements."""
    summaries = [batch.summary for batch in batches]
    noticed = [batch for batch in summaries if is_open(batch, as_of)]
    announced = [batch for batch in summaries if batch.state is BatchState.FINAL]
    return (noticed + announced)[:ANNOUNCEMENTS]


def _cities(counts: Sequence[CityCount]) -> list[CityCount]:
    by_code = {count.code: count for count in counts}
    own = [by_code.get(code) or _empty(code) for code in GUANGDONG_CITIES]
    return [*own, *(count for count in counts if count.code not in GUANGDONG_CITIES)]


def _empty(code: str) -> CityCount:
    return CityCount(code=code, name=place(code) or Text(code, code), held=0, notice=0, due=0)


def _chains(session: Session, *, directory: str, as_of: date) -> list[ChainCount]:
    everyone = _by_chain(session, None)
    merged = _by_chain(session, _numbers(col(Enterprise.merged_into_id).is_not(None)))
    voided = _by_chain(
        session, _numbers(col(Enterprise.voided_at).is_not(None) & col(Enterprise.merged_into_id).is_(None))
    )
    holders = _by_chain(session, _holders(directory, as_of))
    chains = session.scalars(select(Chain).order_by(col(Chain.position), col(Chain.code)))
    return [
        ChainCount(
            code=chain.code,
            name=Text(chain.name_zh, chain.name_en),
            enterprises=everyone.get(chain.code, 0) - merged.get(chain.code, 0) - voided.get(chain.code, 0),
            holders=holders.get(chain.code, 0),
        )
        for chain in chains
    ]


def _by_chain(session: Session, among: Any) -> dict[str, int]:
    """How many enterprises each chain has, of those ``among`` selects (None: of all)."""
    query: Any = select(col(EnterpriseChain.chain_code), func.count()).group_by(col(EnterpriseChain.chain_code))
    if among is not None:
        query = query.where(col(EnterpriseChain.enterprise_id).in_(among))
    return {code: number for code, number in session.execute(query)}


def _numbers(condition: ColumnElement[bool]) -> Any:
    return select(col(Enterprise.id)).where(condition)


def _holders(directory: str, as_of: date) -> Any:
    return (
        select(col(Listing.enterprise_id))
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .where(col(Listing.directory_code) == directory, held_on(as_of))
    )
