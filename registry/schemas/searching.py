"""Failed searches and the words officials added to the search, as pages show them."""

from datetime import datetime

from registry.schemas.base import ReadModel
from registry.vocabulary import SearchWordKind


class SearchWordSummary(ReadModel):
    """A word in force, or one that was undone."""

    id: int
    kind: SearchWordKind
    text: str
    value: str
    enterprise_key: str | None
    note: str
    created_by: str
    created_at: datetime
    voided_at: datetime | None


class SearchMissSummary(ReadModel):
    """A text that found nothing, over all the days asked for."""

    id: int
    """Of its latest day."""
    text: str
    count: int
    first_at: datetime
    last_at: datetime
    language: str
    understood: str
    near_offered: bool
    word: SearchWordSummary | None
    """What settled it; None while it is open."""
