"""What became of the firms a directory listed in each year: renewed, moved up, still in their term, lapsed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from registry.models import Batch, Enterprise, Listing
from registry.schemas.renewals import Cohort
from registry.services.assessing.choosing import where_and_what
from registry.vocabulary import BatchState

YEARS = 6
"""So many years back."""


@dataclass(slots=True)
class _Firm:
    """A firm's titles of the directory, and whether it holds one above on the day."""

    spans: list[tuple[int, date, date | None, date | None]] = field(default_factory=list)
    above: bool = False


def cohorts(
    session: Session,
    *,
    directory: str,
    above: Iterable[str],
    as_of: date,
    region_code: str,
    place: str | None = None,
    chain: str | None = None,
) -> list[Cohort]:
    """The years of final announcements, oldest first, each firm once a year.

    Moved up: holds a title of ``above`` on the day. Renewed: has a later title of the same directory with a later end.
    First term: holds this title on the day. Withdrawn: taken back. Lapsed: none of these.
    """
    higher = set(above)
    query = (
        select(
            col(Listing.enterprise_id),
            col(Listing.directory_code),
            col(Batch.year),
            col(Listing.valid_from),
            col(Listing.valid_to),
            col(Listing.withdrawn_on),
        )
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .join(Enterprise, col(Enterprise.id) == col(Listing.enterprise_id))
        .where(
            col(Listing.directory_code).in_([directory, *higher]),
            col(Listing.voided_at).is_(None),
            col(Batch.state) == BatchState.FINAL,
            *where_and_what(region_code, place, chain),
        )
    )
    firms: dict[int, _Firm] = {}
    for owner, code, year, begins, ends, withdrawn in session.execute(query):
        firm = firms.setdefault(owner, _Firm())
        if code == directory:
            firm.spans.append((year, begins, ends, withdrawn))
        elif _held(begins, ends, withdrawn, as_of):
            firm.above = True
    years = sorted({year for firm in firms.values() for year, *_ in firm.spans if as_of.year - YEARS <= year})
    return [_cohort(year, firms.values(), as_of) for year in years]


def _held(begins: date, ends: date | None, withdrawn: date | None, on: date) -> bool:
    return begins <= on and (ends is None or ends >= on) and (withdrawn is None or withdrawn > on)


def _cohort(year: int, firms: Iterable[_Firm], as_of: date) -> Cohort:
    counts = dict.fromkeys(("moved_up", "renewed", "first_term", "lapsed", "withdrawn"), 0)
    for firm in firms:
        own = [span for span in firm.spans if span[0] == year]
        if own:
            counts[_fate(max(own, key=lambda span: span[2] or date.max), firm, as_of)] += 1
    return Cohort(year=year, listed=sum(counts.values()), **counts)


def _fate(own: tuple[int, date, date | None, date | None], firm: _Firm, as_of: date) -> str:
    year, begins, ends, withdrawn = own
    if firm.above:
        return "moved_up"
    later = [span for span in firm.spans if span[0] > year and span[3] is None and span[1] <= as_of]
    if ends is not None and any(span[2] is None or span[2] > ends for span in later):
        return "renewed"
    if withdrawn is not None and withdrawn <= as_of:
        return "withdrawn"
    return "first_term" if _held(begins, ends, withdrawn, as_of) or begins > as_of else "lapsed"
