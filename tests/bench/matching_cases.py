"""A judged set for matching: names of published registrations, damaged the ways lists damage them.

Every registration has a code of its own, so two of them are never one firm. A fifth of them is kept out of the
registry: whatever is accepted for those is wrong. Near-twins are made from registered names: another number, another
city, 新 before the trade, a group, a branch; they are no record either.
"""

import csv
import gzip
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from registry.identity import city_of, fold_name, region, resolve_region
from registry.identity.leading_places import place_label
from registry.matching.characters import look_alike, sound_alike
from registry.matching.parts import parts_of

SEED = 20261123
ABSENT = 5
"""One registration in so many is kept out."""
FORMER = 11
"""One in so many is in the registry under another current name, its own name being a former one."""
COMMON = "华新金中天安海通达盛泰宏鑫恒德瑞丰源兴隆嘉亿创信博众联合远鸿正大方元明星光美佳智云凯辉腾飞龙凤祥顺利康健"


@dataclass(frozen=True, slots=True)
class Registered:
    """A published registration."""

    name: str
    code: str
    city: str | None
    founded_on: str


@dataclass(frozen=True, slots=True)
class Case:
    """A printed name, the city its list states (or none), and the code it must be matched to; None: to nothing."""

    kind: str
    printed: str
    city: str | None
    truth: str | None


def registrations(folder: Path) -> list[Registered]:
    """The published registrations, in the order of the file."""
    with gzip.open(folder / "company-registrations-2019/registrations.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        place = resolve_region(province=row["省份"], city=row["城市"], code=row["区县代码"] or None)
        city = city_of(place.code) if place else None
        found.append(Registered(row["企业名称"], row["统一社会信用代码"], city, row["成立日期"]))
    return found


def other_names(folder: Path) -> list[str]:
    """The 228,201 names of other firms that fill the registry."""
    with gzip.open(folder / "company-names/company_names.csv.gz", "rt", encoding="utf-8") as file:
        return [row["企业名称"] for row in csv.DictReader(file)]


def kept_out(place: int) -> bool:
    """Whether the registration at this place of the file is not in the registry."""
    return place % ABSENT == 0


def renamed(place: int) -> bool:
    """Whether the registration at this place is in the registry under another current name."""
    return place % FORMER == 3 and not kept_out(place)


def cases(firms: list[Registered], others: list[str], per_kind: int, seed: int = SEED) -> Iterator[Case]:
    """``per_kind`` cases of each kind for firms that are there, a fourth as many for firms that are not."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable sample, no secret
    here = [firm for place, firm in enumerate(firms) if not kept_out(place) and not renamed(place)]
    gone = [firm for place, firm in enumerate(firms) if kept_out(place)]
    known = {fold_name(firm.name) for firm in here} | set(map(fold_name, others))
    elsewhere = {_bare(name) for name in known}
    # A firm that is kept out must not be in the registry from elsewhere, whatever its dress.
    gone = [firm for firm in gone if _bare(fold_name(firm.name)) not in elsewhere]
    for kind, damage in DAMAGES.items():
        rest = max(1, per_kind // 4)
        for pool, size, absent in ((here, per_kind, False), (gone, rest, True)):
            for number, (firm, printed) in enumerate(_damaged(pool, size, damage, chance)):
                city = firm.city if kind in WITH_CITY or (number % 2 and kind not in WITHOUT_CITY) else None
                if fold_name(printed) not in known or fold_name(printed) == fold_name(firm.name):
                    truth = None if absent else firm.code
                    yield Case(f"{kind} (not in the registry)" if absent else kind, printed, city, truth)
    former = [firm for place, firm in enumerate(firms) if renamed(place)]
    for firm in chance.sample(former, min(per_kind, len(former))):
        yield Case("former name", firm.name, None, firm.code)
    for number, (firm, printed) in enumerate(_damaged(here, per_kind * 2, _twin, chance)):
        if fold_name(printed) not in known:
            yield Case("near-twin of a firm", printed, firm.city if number % 2 else None, None)


def _bare(folded: str) -> tuple[str | None, str]:
    parts = parts_of(folded)
    return parts.place, parts.stem


Damage = Callable[[str, Registered, random.Random], str | None]


def _damaged(
    pool: list[Registered], size: int, damage: Damage, chance: random.Random
) -> Iterator[tuple[Registered, str]]:
    found = 0
    for firm in chance.sample(pool, len(pool)):
        printed = damage(firm.name, firm, chance)
        if printed is not None and printed != firm.name:
            yield firm, printed
            found += 1
            if found == size:
                return


def _brackets(name: str, _: Registered, chance: random.Random) -> str | None:
    if "（" not in name and "(" not in name:
        return None
    plain = name.replace("（", "(").replace("）", ")")
    return chance.choice((plain, plain.replace("(", "").replace(")", ""), plain.replace("(", "（")))


def _spaces(name: str, _: Registered, chance: random.Random) -> str:
    for _time in range(chance.randint(1, 2)):
        at = chance.randrange(1, len(name))
        name = name[:at] + chance.choice((" ", "\n", "　", "  ")) + name[at:]
    return name


def _no_form(name: str, _: Registered, __: random.Random) -> str | None:
    for form in ("有限责任公司", "有限公司"):
        if name.endswith(form) and not name.endswith(("股份有限公司", "集团有限公司")):
            return name.removesuffix(form)
    return None


def _other_form(name: str, _: Registered, __: random.Random) -> str | None:
    if name.endswith("有限责任公司"):
        return name.removesuffix("有限责任公司") + "有限公司"
    if name.endswith("有限公司") and not name.endswith(("股份有限公司", "集团有限公司")):
        return name.removesuffix("有限公司") + "有限责任公司"
    return None


def _front(name: str) -> tuple[str, str, str | None]:
    """The place a name begins with, the rest, and the code of the place."""
    parts = parts_of(fold_name(name))
    if parts.place is None or parts.inner_place or parts.place_slip or parts.stem not in name:
        return "", name, None
    head, _, rest = name.partition(parts.stem)
    return head, parts.stem + rest, parts.place


def _kind_of_place(name: str, _: Registered, __: random.Random) -> str | None:
    """深圳市 against 深圳."""
    head, rest, code = _front(name)
    if code is None:
        return None
    if head.endswith("市") and len(head) > 2:
        return head[:-1] + rest
    label = place_label(code)
    return label + rest if label.endswith("市") and label[:-1] == head else None


def _province(name: str, _: Registered, chance: random.Random) -> str | None:
    head, rest, code = _front(name)
    if code is None or code.endswith("0000"):
        return None
    above = region(code[:2])
    if above is None or head.startswith(above.name[:2]):
        return None
    return chance.choice((above.name, above.name.removesuffix("省"))) + head + rest


def _no_place(name: str, _: Registered, __: random.Random) -> str | None:
    head, rest, code = _front(name)
    return rest if code is not None and head and len(parts_of(fold_name(rest)).stem) >= 4 else None


def _own_city(name: str, firm: Registered, _: random.Random) -> str | None:
    if parts_of(fold_name(name)).place is not None or firm.city is None:
        return None
    city = place_label(firm.city)
    return None if city[:2] in name else city + name


def _wrong(choose: Callable[[str, str], bool] | None) -> Damage:
    def damage(name: str, _: Registered, chance: random.Random) -> str | None:
        for _time in range(20):
            at = chance.randrange(len(name))
            if "\u4e00" <= name[at] <= "\u9fff":
                alike = [c for c in _pool() if c != name[at] and (choose is None or choose(name[at], c))]
                if alike:
                    return name[:at] + chance.choice(alike) + name[at + 1 :]
        return None

    return damage


def _swapped(name: str, _: Registered, chance: random.Random) -> str | None:
    at = chance.randrange(len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _both(name: str, firm: Registered, chance: random.Random) -> str | None:
    first = _kind_of_place(name, firm, chance)
    return _spaces(other, firm, chance) if first and (other := _other_form(first, firm, chance)) else None


_POOL: list[str] = []


def _pool() -> list[str]:
    """Characters that occur in names; filled by ``prepare``."""
    return _POOL


def prepare(names: list[str], most: int = 2500) -> None:
    """Take the most usual characters of these names as what a wrong character may be."""
    counts: dict[str, int] = {}
    for name in names:
        for character in name:
            counts[character] = counts.get(character, 0) + 1
    usual = sorted((c for c in counts if "\u4e00" <= c <= "\u9fff"), key=lambda c: (-counts[c], c))
    _POOL[:] = usual[:most]


def _twin(name: str, _: Registered, chance: random.Random) -> str | None:
    """Another firm with a name close to this one."""
    parts = parts_of(fold_name(name))
    if parts.stem not in name or not parts.form or not parts.trade:
        return None
    head, _stem, tail = name.partition(parts.stem)
    brand, trade = parts.brand, parts.trade
    at = chance.randrange(len(brand))
    ways = (
        head + brand + "新" + trade + tail,
        head + brand + chance.choice(("达", "鑫", "源", "第二", "A")) + trade + tail,
        head + brand[:at] + chance.choice(COMMON) + brand[at + 1 :] + trade + tail,
        head + brand + trade + "集团有限公司",
        head + brand + trade + "股份有限公司",
        head + brand + trade + chance.choice(("一厂", "二厂")),
        name + chance.choice(("惠州分公司", "第一分公司")),
        chance.choice(("上海市", "成都市", "东莞", "杭州")) + brand + trade + tail,
        head + brand + chance.choice(("贸易", "实业", "能源", "新能源", "电子", "科技发展", "控股")) + tail,
        head + brand[::-1] + trade + tail,
    )
    return chance.choice(ways)


WITH_CITY = frozenset({"place missing, city in a column", "city added, city in a column"})
WITHOUT_CITY = frozenset({"place missing, no column"})
DAMAGES: dict[str, Damage] = {
    "as registered, other width": lambda name, _, __: (
        "".join(chr(ord(c) + 0xFEE0) if c in "()" else c for c in name) + "\u3000"
    ),
    "brackets": _brackets,
    "spaces, line breaks": _spaces,
    "legal form missing": _no_form,
    "legal form the other way": _other_form,
    "市 missing or added": _kind_of_place,
    "province added": _province,
    "place missing, city in a column": _no_place,
    "place missing, no column": _no_place,
    "city added, city in a column": _own_city,
    "one wrong character: same sound": _wrong(sound_alike),
    "one wrong character: looks alike": _wrong(look_alike),
    "one wrong character: any": _wrong(None),
    "two characters swapped": _swapped,
    "several at once": _both,
}
