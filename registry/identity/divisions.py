"""Administrative divisions (GB/T 2260): codes in force, replaced codes, who lies in whom.

Names are resolved in ``places``; ``regions`` offers both. All of it is lazy: importing reads no file.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

from registry.identity._tables import read_rows
from registry.identity.place_forms import short_place_name

RegionLevel = Literal["province", "city", "county"]

MUNICIPALITIES: Final = ("110000", "120000", "310000", "500000")
"""直辖市: province and city in one."""

GUANGDONG_CITIES: Final = (
    *("440100", "440200", "440300", "440400", "440500", "440600", "440700", "440800", "440900", "441200"),
    *("441300", "441400", "441500", "441600", "441700", "441800", "441900", "442000", "445100", "445200"),
    "445300",
)
"""The 21 cities of Guangdong in the order of their codes; 4410 and 4411 were never given."""

_CITYLESS: Final = frozenset(code[:2] for code in (*MUNICIPALITIES, "810000", "820000"))


@dataclass(frozen=True, slots=True)
class Region:
    """One division. ``successors`` are codes in force today, only for a code that was replaced.

    ``parent_code`` is None for a province; a county governed by its province has the province as parent.
    """

    code: str
    name: str
    level: RegionLevel
    parent_code: str | None
    current: bool
    successors: tuple[str, ...]

    @property
    def name_en(self) -> str:
        """English name: given for provinces and the cities of Guangdong, elsewhere the reading in pinyin.

        >>> region("440300").name_en, region("440305").name_en
        ('Shenzhen', 'Nanshan')
        """
        return table()[self.code][3] or _reading(self.name)


def region(code: str) -> Region | None:
    """The division with this code, in force or replaced; 2 and 4 digits stand for a province and a city.

    >>> region("44").name, region("4403").name, region("520522").successors
    ('广东省', '深圳市', ('520581',))
    >>> region("440399") is None  # a statistics code, not GB/T 2260
    True
    """
    return _region(code.ljust(6, "0") if len(code) in (2, 4) else code)


def parents(code: str) -> tuple[str, ...]:
    """The codes above, nearest first, ending with the province; empty for a province or an unknown code.

    >>> parents("440305"), parents("110105"), parents("419001")
    (('440300', '440000'), ('110000',), ('410000',))
    """
    found = region(code)
    chain = []
    while found is not None and found.parent_code is not None:
        chain.append(found.parent_code)
        found = _region(found.parent_code)
    return tuple(chain)


def city_of(code: str) -> str | None:
    """The city a division belongs to, or None for an ordinary province or an unknown code.

    In a 直辖市 (and Hong Kong, Macao) it is the municipality; a county governed by its province is its own city.

    >>> city_of("440305"), city_of("110105"), city_of("110000"), city_of("419001"), city_of("440000")
    ('440300', '110000', '110000', '419001', None)
    """
    found = region(code)
    if found is None:
        return None
    if found.code[:2] in _CITYLESS:
        return found.code[:2] + "0000"
    if found.level == "county" and found.parent_code is not None and not found.parent_code.endswith("0000"):
        return found.parent_code
    return None if found.level == "province" else found.code


def covers(outer: str, inner: str) -> bool:
    """Whether the inner division is the outer one or lies in it. By pairs of digits; unknown codes are fine.

    Never by ``rstrip("0")``: Chongqing is 500000, and "5" would also cover Sichuan 51.

    >>> covers("440000", "440305"), covers("440300", "440400"), covers("500000", "510100")
    (True, False, False)
    """
    if not (_is_code(outer) and _is_code(inner)):
        return False
    while outer.endswith("00"):
        outer = outer[:-2]
    return bool(outer) and inner.startswith(outer)


@lru_cache(maxsize=512)
def children(code: str) -> tuple[str, ...]:
    """The codes in force directly below, in order: cities (and province-governed counties), or counties.

    >>> len(children("440000")), children("441900")
    (21, ())
    """
    found = region(code)
    if found is None:
        return ()
    inside = (c for c, row in table().items() if row[1] and c != found.code and covers(found.code, c))
    return tuple(c for c in inside if _parent(c) == found.code)


@cache
def table() -> dict[str, tuple[str, bool, str, str]]:
    """Every code → (name, in force, successors separated by spaces, English name), in the order of the codes."""
    return {row[0]: (row[1], row[2] == "1", row[3], row[4]) for row in read_rows("regions.csv")}


@lru_cache(maxsize=8192)
def _region(code: str) -> Region | None:
    row = table().get(code)
    if row is None:
        return None
    name, current, successors, _ = row
    return Region(code, name, level_of(code), _parent(code), current, tuple(successors.split()))


def level_of(code: str) -> RegionLevel:
    """The level a six-digit code is written at."""
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"


def _parent(code: str) -> str | None:
    if code.endswith("0000"):
        return None
    city = code[:4] + "00"
    return city if city != code and city in table() else code[:2] + "0000"


def _is_code(code: str) -> bool:
    return len(code) in (2, 4, 6) and code.isascii() and code.isdigit()


@lru_cache(maxsize=8192)
def _reading(name: str) -> str:
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(short_place_name(name))).capitalize()
