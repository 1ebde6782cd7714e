"""What time alone does to titles, and whatever no act has told: looked for over everybody, once a night."""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry.db import reading, transaction
from registry.models import Enterprise, Product
from registry.services.feed.telling import tell

CHUNK = 1_000


def tell_everybody(database: Engine, progress: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Bring the feed up to date with everybody, some at a time, each in a transaction; returns the number of events.

    Harmless to repeat: what was told is not told again.
    """
    with reading(database) as session:
        firms = list(session.scalars(select(col(Enterprise.id)).order_by(col(Enterprise.id))))
        # The others are told with their makers.
        orphans = select(col(Product.id)).where(col(Product.enterprise_id).is_(None)).order_by(col(Product.id))
        products = list(session.scalars(orphans))
    return tell_about(database, firms, products, progress)


def tell_about(
    database: Engine, firms: Sequence[int], products: Sequence[int], progress: Callable[[int, int], None]
) -> int:
    """The same about some of them."""
    told, total = 0, len(firms) + len(products)
    for first in range(0, len(firms), CHUNK):
        with transaction(database) as session:
            told += tell(session, enterprises=firms[first : first + CHUNK])
        progress(min(first + CHUNK, len(firms)), total)
    for first in range(0, len(products), CHUNK):
        with transaction(database) as session:
            told += tell(session, products=products[first : first + CHUNK])
        progress(min(len(firms) + first + CHUNK, total), total)
    return told


def tell_all(session: Session) -> int:
    """The same in the caller's transaction, for a database that is being made."""
    firms, products = select(col(Enterprise.id)), select(col(Product.id))
    return tell(session, enterprises=session.scalars(firms), products=session.scalars(products))
