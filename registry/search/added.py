"""The words officials added to the search, as planner and index read them."""

from sqlmodel import Session, col, select

from registry.models import SearchWord
from registry.vocabulary import SearchWordKind

Rows = tuple[tuple[str, str, str], ...]
"""Kind, text and value, in the order they were added."""
_LAID_OVER = (SearchWordKind.READING, SearchWordKind.VARIANT, SearchWordKind.SYNONYM)


def added_rows(session: Session) -> Rows:
    """What is in force. Aliases are not among these: they are names of their enterprise."""
    query = (
        select(SearchWord.kind, SearchWord.text, SearchWord.value)
        .where(col(SearchWord.voided_at).is_(None), col(SearchWord.kind).in_(_LAID_OVER))
        .order_by(col(SearchWord.id))
    )
    return tuple((str(kind), text, value) for kind, text, value in session.exec(query))
