"""What carrying a row of a notice out would do, in words."""

from collections.abc import Mapping
from typing import Any

from registry.errors import Text
from registry.identity import region
from registry.vocabulary import ImportKind, OperatingStatus


def effect_of(kind: ImportKind, facts: Mapping[str, Any]) -> Text:
    """For a row that is going to be carried out; ``facts`` are those kept with it."""
    other = facts.get("other", "")
    if kind is ImportKind.RENAME:
        return Text(f"更名为“{other}”", f"Renamed “{other}”")
    if kind is ImportKind.MOVE:
        place = region(facts["region_code"]) if "region_code" in facts else None
        name = place.name if place else facts.get("place_as_printed", "")
        return Text(f"迁至{name}", f"Moved to {name}")
    if kind is ImportKind.MERGE:
        return Text(f"并入“{other}”", f"Merged into “{other}”")
    if kind is ImportKind.CANCEL:
        status = OperatingStatus.of(facts["status"]).label
        return Text(f"登记状态改为“{status.zh}”", f"Status becomes “{status.en}”")
    count = len(facts.get("listing_ids", ()))
    return Text(f"撤销 {count} 项认定", f"{count} {'title' if count == 1 else 'titles'} withdrawn")
