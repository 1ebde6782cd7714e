"""Administrative divisions in one place: codes (``divisions``) and names (``places``). Import from here."""

from registry.identity.divisions import (
    GUANGDONG_CITIES,
    MUNICIPALITIES,
    Region,
    RegionLevel,
    children,
    city_of,
    covers,
    parents,
    region,
)
from registry.identity.place_forms import short_place_name
from registry.identity.places import former_place_names, place_names, resolve_region

__all__ = [
    "GUANGDONG_CITIES",
    "MUNICIPALITIES",
    "Region",
    "RegionLevel",
    "children",
    "city_of",
    "covers",
    "former_place_names",
    "parents",
    "place_names",
    "region",
    "resolve_region",
    "short_place_name",
]
