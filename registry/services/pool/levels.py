"""Classified titles (分级): directories whose standard names levels with a way up and down (AI backbone firms)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from registry.errors import InvalidInput, NotFound, Text
from registry.pool_words import ReviewResult
from registry.schemas.base import ReadModel
from registry.services.standards import known_standards
from registry.tiering.selection import choose
from registry.tiering.standard import Standard

DEFAULT = "ai_backbone"
_COLUMNS = ("级", "类", "档")
"""Columns of a list that name a level have one of these in their heading."""


class Follows(ReadModel):
    """What follows from a result at a level: keeps, moves_up, moves_down, loses; and the row of the standard."""

    result: ReviewResult
    then: str
    to_level: str
    to_name: Text | None
    text: Text
    clause: str


class LevelRule(ReadModel):
    """A level with what a re-examination may lead to, in the order of the standard."""

    level: str
    name: Text
    follows: tuple[Follows, ...]


def level_rules(session: Session, *, directory_code: str, as_of: date, region_code: str | None) -> list[LevelRule]:
    """The levels of a directory by the standard of reviews in force; none where it has no levels."""
    try:
        standard = choose(
            directory_code, procedure="review", as_of=as_of, region_code=region_code, among=known_standards(session)
        )
    except (InvalidInput, NotFound):
        return []
    return _rules(standard)


def level_of(group_label: str | None, details: Mapping[str, Any] | None, rules: list[LevelRule]) -> LevelRule | None:
    """The level a printed row names: in the heading it stands under, else in a column about levels; None if unclear."""
    texts = [group_label or ""]
    texts += [str(value) for name, value in (details or {}).items() if any(word in name for word in _COLUMNS)]
    for text in texts:
        named = [rule for rule in rules if rule.level.removesuffix("企业") in text]
        if len(named) == 1:
            return named[0]
    return None


def following(rule: LevelRule, result: ReviewResult) -> Follows | None:
    """What follows from a result at a level; None where the standard says nothing of it."""
    return next((one for one in rule.follows if one.result is result), None)


def _rules(standard: Standard) -> list[LevelRule]:
    levels = {one.level.zh: Text(one.level.zh, one.level.en) for one in standard.outcomes if one.level is not None}
    return [
        LevelRule(
            level=zh,
            name=name,
            follows=tuple(
                Follows(
                    result=ReviewResult.of(one.review),
                    then=one.then,
                    to_level=one.to.zh if one.to else "",
                    to_name=Text(one.to.zh, one.to.en) if one.to else None,
                    text=Text(one.text.zh, one.text.en),
                    clause=one.id,
                )
                for one in standard.outcomes
                if one.level is None or one.level.zh == zh
            ),
        )
        for zh, name in levels.items()
    ]
