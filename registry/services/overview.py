"""The home page's numbers for one day, in a handful of aggregate queries. Nothing here writes."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, or_, select
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
from registry.vocabulary import BatchState, IdentityState

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
    """Those that stand for themselves: not merged, not taken back."""
    dead = or_(col(Enterprise.voided_at).is_not(None), col(Enterprise.identity) == IdentityState.MERGED)
    query = select(func.count()).select_from(Enterprise).where(~dead)
    return session.scalar(query) or 0


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
    everyone = _count_by_chain(session, None, as_of)
    holders = _count_by_chain(session, directory, as_of)
    chains = session.scalars(select(Chain).order_by(col(Chain.position), col(Chain.code)))
    return [
        ChainCount(
            code=chain.code,
            name=Text(chain.name_zh, chain.name_en),
            enterprises=everyone.get(chain.code, 0),
            holders=holders.get(chain.code, 0),
        )
        for chain in chains
    ]


def _count_by_chain(session: Session, directory: str | None, as_of: date) -> dict[str, int]:
    """Enterprises of each chain; with a directory only those that hold its title on the day."""
    if directory is None:
        query = (
            select(col(EnterpriseChain.chain_code), func.count())
            .join(Enterprise, col(Enterprise.id) == col(EnterpriseChain.enterprise_id))
            .where(col(Enterprise.voided_at).is_(None), col(Enterprise.identity) != IdentityState.MERGED)
        )
    else:
        query = (
            select(col(EnterpriseChain.chain_code), func.count(func.distinct(col(Listing.enterprise_id))))
            .join(Listing, col(Listing.enterprise_id) == col(EnterpriseChain.enterprise_id))
            .join(Batch, col(Batch.id) == col(Listing.batch_id))
            .where(col(Listing.directory_code) == directory, held_on(as_of))
        )
    return {code: number for code, number in session.execute(query.group_by(col(EnterpriseChain.chain_code)))}
