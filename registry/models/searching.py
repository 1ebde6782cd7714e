"""What people searched for in vain, and the words officials added so that it is found."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import SQLModel, instant, primary_key, ref
from registry.vocabulary import SearchWordKind


class SearchWord(SQLModel, table=True):
    """A word an official added to the search, or a failed search set aside; undone by voiding it."""

    __tablename__ = "search_word"
    __table_args__ = (Index("ix_search_word_text", "text"),)

    id: int = primary_key()
    kind: SearchWordKind = Field(sa_type=EnumText(SearchWordKind))
    text: str = Field(max_length=200)
    value: str = Field(default="", max_length=300)
    """What ``text`` means: syllables, a character, a word; the enterprise’s name for an alias."""
    enterprise_id: int | None = ref(foreign="enterprise.id", index=True, nullable=True)
    name_id: int | None = ref(nullable=True)
    """The alias written for it; an undo takes it back. Without a key: undoing deletes the name."""
    note: str = Field(default="", max_length=400)
    created_by: str = Field(max_length=100)
    created_at: datetime = instant()
    voided_by: str = Field(default="", max_length=100)
    voided_at: datetime | None = instant(nullable=True)


class SearchMiss(SQLModel, table=True):
    """A text that found nothing, or only similar things, on one day. Holds nothing of who searched."""

    __tablename__ = "search_miss"
    __table_args__ = (UniqueConstraint("text", "day"),)

    id: int = primary_key()
    text: str = Field(max_length=200)
    """Folded; numbers of persons are masked."""
    day: date
    language: str = Field(max_length=2)
    understood: str = Field(default="", max_length=200)
    near_offered: bool = False
    count: int = 1
    first_at: datetime = instant()
    last_at: datetime = instant()
    word_id: int | None = ref(foreign="search_word.id", index=True, nullable=True)
    """The word that settled it; empty while nobody has seen to it."""
