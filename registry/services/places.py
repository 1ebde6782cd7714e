"""Names of places and industries for read models."""

from registry.errors import Text
from registry.identity.regions import parents, region


def place(code: str | None) -> Text | None:
    """Name of a division in both languages, or None if there is no such code."""
    found = region(code) if code else None
    return None if found is None else Text(found.name, found.name_en)


def full_place(code: str | None) -> Text | None:
    """Name with the city before it: 深圳市南山区, Nanshan, Shenzhen. The province is left out."""
    own = place(code)
    if own is None or code is None:
        return None
    above = [place(parent) for parent in parents(code) if not parent.endswith("0000")]
    return Text(
        "".join(name.zh for name in reversed(above) if name) + own.zh,
        ", ".join([own.en, *(name.en for name in above if name)]),
    )
