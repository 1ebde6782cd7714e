"""Chips: what was read as a filter, and what a word may also mean (offered, not applied)."""

import re

from registry.errors import Text
from registry.identity.industries import industry_named
from registry.identity.regions import region
from registry.search import splitting
from registry.search.grammar import Piece, industry_entry
from registry.search.items import Item, Reading, values_of
from registry.search.lexicon import Entry, Lexicon, place_label
from registry.search.query import Chip, SearchQuery
from registry.search.words import compact

_CODE_HEAD = re.compile(r"[1-9ANY][0-9A-GY]([0-9]{6})[0-9A-HJ-NPQRTUWXY]{0,8}")
_FIELDS = {"city": "cities", "district": "districts"}


def chips_of(query: SearchQuery, reading: Reading) -> tuple[Chip, ...]:
    """Chips for what was read. What is chosen already is not chosen twice."""
    chips: list[Chip] = []
    for item in reading.items:
        found = list(item.entries)
        if reading.catalogue:
            found += [(p, p.entry) for p in item.pieces if p.kind == "category" and p.entry]
        for piece, entry in found:
            text = _without(query.text, item, piece)
            chips.append(Chip(field=entry.field, value=entry.value, label=entry.label, remove=_changed(query, text)))
    return tuple(chips)


def _without(text: str, item: Item, piece: Piece) -> str:
    """The text without one piece of one of its words."""
    rest = "".join(p.text for p in item.pieces if p is not piece) if len(item.pieces) > 1 else ""
    return " ".join(f" {text} ".replace(f" {item.phrase} ", f" {rest} ", 1).split())


def _changed(query: SearchQuery, text: str, **more: object) -> tuple[tuple[str, str], ...]:
    """The question with another text (clean already) and other filters, as address parameters."""
    return query.model_copy(update={"text": text, **more}).params()


def registrar_chips(query: SearchQuery, words: list[str]) -> tuple[Chip, ...]:
    """The beginning of a credit code says which authority registered the firm (91350900 …)."""
    for word in words:
        code = compact(word).upper()
        found = _CODE_HEAD.fullmatch(code)
        place = region(found[1]) if found and 8 <= len(code) < 18 else None
        if found and place:
            where = place_label(place.code)
            label = Text(f"登记机关 {found[1]} {where.zh}", f"Registrar {found[1]} {where.en}")
            text = " ".join(w for w in query.text.split(" ") if w != word)
            return (Chip(field="registrar", value=found[1], label=label, remove=_changed(query, text)),)
    return ()


def offers_of(query: SearchQuery, words: list[str], lexicon: Lexicon) -> tuple[Chip, ...]:
    """What a word may also mean, offered and not applied: 宁德时代 begins with a place, 光电子 is an industry."""
    chips: list[Chip] = []
    for word in words:
        split = splitting.split(compact(word), lexicon)
        if split is not None and split.entry.field in _FIELDS and not splitting.is_whole_name(word):
            text = " ".join(split.rest if w == word else w for w in query.text.split(" "))
            chosen = dict(query.changed(text=text))
            field = _FIELDS[split.entry.field]
            add = _changed(query, text, **{field: (*chosen[field], *values_of(split.entry))})
            label = Text(f"地区：{split.entry.label.zh}？", f"Place: {split.entry.label.en}?")
            chips.append(_offer(query, split.entry, label, add))
        elif (found := industry_named(compact(word))) is not None:
            entry = industry_entry(found.full_code)
            text = " ".join(found.full_code if w == word else w for w in query.text.split(" "))
            label = Text(f"行业：{entry.label.zh}？", f"Industry: {entry.label.en}?")
            chips.append(_offer(query, entry, label, _changed(query, text)))
    return tuple(chips)


def _offer(query: SearchQuery, entry: Entry, label: Text, add: tuple[tuple[str, str], ...]) -> Chip:
    return Chip(field=entry.field, value=entry.value, label=label, applied=False, remove=query.params(), add=add)
