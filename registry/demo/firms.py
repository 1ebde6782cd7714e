"""Fictional enterprises: who they are. The same number and seed give the same firm, whatever the size of the whole."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from registry.demo.words import CITY_WEIGHTS, LINES, MARK, Line, brand, places, reading
from registry.identity.industries import chains_of_industry
from registry.identity.modulo import USCC_ALPHABET, org_check_character, uscc_check_character
from registry.vocabulary import OperatingStatus

DEFAULT_SEED = 20190312


class Profile(StrEnum):
    """What kind of story a firm's figures and titles tell."""

    STRONG = "strong"
    """Meets the standards and does not hold the title."""
    NEAR = "near"
    """One requirement short."""
    HOLDER = "holder"
    """Holds titles and deserves them."""
    RISK = "risk"
    """Holds titles, and its latest figures no longer carry them."""
    GAPS = "gaps"
    """Would probably qualify; figures are missing."""
    START_UP = "start_up"
    """Young, fast, unprofitable, funded."""
    LEADER = "leader"
    """Ten or a hundred billion yuan of revenue."""
    ORDINARY = "ordinary"


PROFILE_WEIGHTS = {
    Profile.STRONG: 6,
    Profile.NEAR: 7,
    Profile.HOLDER: 18,
    Profile.RISK: 5,
    Profile.GAPS: 10,
    Profile.START_UP: 6,
    Profile.LEADER: 2,
    Profile.ORDINARY: 46,
}


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name until a day."""

    name: str
    until: date


@dataclass(frozen=True, slots=True)
class DemoFirm:
    """One fictional enterprise. ``chains`` are pairs of code and basis; money in yuan."""

    number: int
    uscc: str
    name: str
    short_name: str
    name_en: str
    brand: str
    line: Line
    profile: Profile
    city_code: str
    city: str
    region_code: str
    founded_on: date
    capital: int
    status: OperatingStatus
    former: FormerName | None
    stock_code: str | None
    market: str | None
    chains: tuple[tuple[str, str], ...]

    @property
    def digits(self) -> str:
        """Six digits from its number, for certificates."""
        return f"{self.number:06d}"


def firms(size: int, *, seed: int = DEFAULT_SEED, today: date) -> Iterator[DemoFirm]:
    """The first ``size`` firms of the fictional province, one at a time."""
    for number in range(size):
        yield a_firm(number, seed=seed, today=today)


def a_firm(number: int, *, seed: int, today: date) -> DemoFirm:
    """The firm with this number. The first 21 stand in the 21 cities, so that none is empty."""
    chance = chance_of(seed, number, "firm")
    all_places = places()
    weights = [CITY_WEIGHTS.get(code, 1) for code, *_ in all_places]
    city_code, city, city_en, districts = (
        all_places[number] if number < len(all_places) else chance.choices(all_places, weights)[0]
    )
    profile = chance.choices(list(PROFILE_WEIGHTS), list(PROFILE_WEIGHTS.values()))[0]
    line = LINES[number % len(LINES)] if number < len(LINES) else chance.choice(LINES)
    region_code = chance.choice(districts)
    own = brand(number)
    listed = profile is Profile.LEADER or (profile is Profile.HOLDER and chance.random() < 0.08)
    founded_on = _founded(chance, profile, today)
    return DemoFirm(
        number=number,
        uscc=fictional_uscc(number, region_code),
        name=_name(chance, city, own, line, joint_stock=listed),
        short_name=MARK + own,
        name_en=f"{city_en} Example {reading(own)} {line.en} Co., Ltd.",
        brand=own,
        line=line,
        profile=profile,
        city_code=city_code,
        city=city,
        region_code=region_code,
        founded_on=founded_on,
        capital=_capital(chance, profile),
        status=_status(chance, profile),
        former=_former(chance, city, own, line, founded_on, today),
        # 99xxxx: no exchange numbers its shares so.
        stock_code=f"99{number % 10_000:04d}" if listed else None,
        market="示例交易所" if listed else None,
        chains=_chains(line),
    )


def chance_of(seed: int, number: int, purpose: str) -> random.Random:
    """The dice of one firm for one purpose: adding a purpose never changes what another one rolled."""
    return random.Random(f"{seed}/{number}/{purpose}")  # noqa: S311 - fiction, not secrets


def fictional_uscc(number: int, region_code: str) -> str:
    """A code whose inner and outer checks hold. Bodies that begin with EX are not given out by the registrars.

    >>> fictional_uscc(0, "440305")
    '91440305EX0000002P'
    """
    body, rest = "", number
    for _ in range(6):
        rest, place = divmod(rest, len(USCC_ALPHABET))
        body = USCC_ALPHABET[place] + body
    inner = f"91{region_code}EX{body}"
    with_org_check = inner + org_check_character(f"EX{body}")
    return with_org_check + uscc_check_character(with_org_check)


def _name(chance: random.Random, city: str, own: str, line: Line, *, joint_stock: bool) -> str:
    if joint_stock:
        return chance.choice([f"{city}{MARK}{own}{line.zh}股份有限公司", f"广东{MARK}{own}{line.zh}股份有限公司"])
    return chance.choice(
        [
            f"{city}{MARK}{own}{line.zh}有限公司",
            f"{city}市{MARK}{own}{line.zh}有限公司",
            f"{MARK}{own}{line.zh}（{city}）有限公司",
            f"{city}市{MARK}{own}{line.zh}科技有限公司",
        ]
    )


def _former(chance: random.Random, city: str, own: str, line: Line, founded_on: date, today: date) -> FormerName | None:
    if chance.random() > 0.12:
        return None
    life = (today - founded_on).days
    until = founded_on + timedelta(days=chance.randint(life // 4, max(life // 4, life - 100)))
    old = chance.choice([f"{city}市{MARK}{own}电子有限公司", f"{city}{MARK}{own}实业有限公司"])
    return FormerName(old, until)


def _founded(chance: random.Random, profile: Profile, today: date) -> date:
    youngest, oldest = {
        Profile.START_UP: (2, 7),
        Profile.LEADER: (15, 32),
        Profile.ORDINARY: (0, 24),
    }.get(profile, (6, 24))
    return today - timedelta(days=chance.randint(youngest * 365 + 30, oldest * 365))


def _capital(chance: random.Random, profile: Profile) -> int:
    """Round sums, as firms register them."""
    million = 1_000_000
    if profile is Profile.LEADER:
        return chance.choice([500, 1_000, 2_000, 5_000]) * million
    if profile is Profile.ORDINARY:
        return chance.choice([1, 2, 3, 5, 10]) * million
    return chance.choice([5, 10, 20, 30, 50, 100]) * million


def _status(chance: random.Random, profile: Profile) -> OperatingStatus:
    if profile is not Profile.ORDINARY:
        return OperatingStatus.ACTIVE
    states = [
        OperatingStatus.ACTIVE,
        OperatingStatus.CANCELLED,
        OperatingStatus.REVOKED,
        OperatingStatus.MOVED_OUT,
        OperatingStatus.UNKNOWN,
    ]
    return chance.choices(states, [90, 4, 2, 2, 2])[0]


def _chains(line: Line) -> tuple[tuple[str, str], ...]:
    suggested = [chain for chain, fit in chains_of_industry(line.industry_code) if fit == "core"]
    declared = [chain for chain in line.declared if chain not in suggested]
    return tuple((chain, "industry") for chain in suggested) + tuple((chain, "declared") for chain in declared)
