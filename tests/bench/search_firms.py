"""Very many made-up firms, written straight into an SQLite database: the population of the search bench.

Names have the shapes of real ones (place, brand, trade, legal form; brands short, a few very frequent, most rare); they
are put together by chance and stand for nobody. They live in a temporary folder only.
"""

import random
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from registry.demo.firms import fictional_uscc
from registry.identity.regions import GUANGDONG_CITIES, children, region

SEED = 20260506
CHUNK = 20_000
WEIGHTS = {"440300": 30, "440100": 18, "441900": 11, "440600": 9, "441300": 5, "440400": 5, "442000": 4, "440700": 3}
"""Some cities hold most firms; each of the others weighs one."""
CHARACTERS = (
    "华星光电中科大安德海天新金东方正泰宏远鑫盛隆兴达通信和平安康佳美丽源顺丰国际联合众创智慧云飞龙腾凤凰博雅文思睿"
    "锐意鼎立恒久信诚瑞祥福禄寿喜明珠玉石山水江河湖北南西峰岭松柏梅兰竹菊春夏秋冬日月辰宇宙环球宝聚万千百亿利民富强"
    "航凯威力特优益健乐活家园林森木禾田谷丹青蓝紫红白黑铁钢铜银汇融邦维伟业建筑基石桥路程景观辉煌耀阳晨曦朗润泽沃"
)
TRADES = tuple(
    "电子 光电 机械 精密机械 智能装备 新材料 生物科技 软件 信息技术 网络科技 通信设备 半导体 集成电路 显示技术 "
    "自动化设备 五金制品 塑胶制品 包装材料 家具 照明 服装 食品 贸易 实业 供应链管理 物流 环保科技 新能源 医疗器械 "
    "汽车零部件 激光科技 传感技术 投资".split()
)
FORMS = tuple("有限公司 有限公司 有限公司 科技有限公司 科技有限公司 股份有限公司 技术有限公司 有限责任公司".split())
PRODUCTS = tuple("激光雷达 数据库系统 控制器 传感器模组 显示面板 工业机器人 电源适配器 光模块 检测仪 伺服电机".split())
CHAINS = (
    *("integrated_circuits", "uhd_video", "new_display", "five_g", "smart_terminals", "secure_reliable"),
    *("software_services", "artificial_intelligence"),
)
DIRECTORIES = (
    *("hte", "tech_sme", "innovative_sme", "srdi_sme", "little_giant", "champion_provincial", "unicorn", "gazelle"),
)
INDUSTRIES = tuple("C3981 C3976 C3484 C3973 I6513 I6510 C2929 F5199 G5810 C3872 C3670 C3562".split())
STATUSES = ("active", "cancelled", "revoked", "unknown")
YEARS = range(2019, 2027)


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One firm. ``titles`` are pairs of batch number and the year it began."""

    number: int
    name: str
    short: str
    english: str | None
    code: str
    city: str
    region: str
    industry: str
    status: str
    chains: tuple[str, ...]
    titles: tuple[tuple[int, int], ...]
    product: str | None


def made_up(size: int, *, batches: int, seed: int = SEED) -> Iterator[MadeUp]:
    """The first ``size`` firms, the same for any size. ``batches`` are numbered from 1, one directory and year each."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable population, no secret
    brands = _Brands(chance)
    cities = [(code, _place(code)) for code in GUANGDONG_CITIES]
    weights = list(accumulate(WEIGHTS.get(code, 1) for code, _ in cities))
    districts = {code: list(children(code)) or [code] for code, _ in cities}
    for number in range(1, size + 1):
        city, place = chance.choices(cities, cum_weights=weights)[0]
        own, trade, form = brands.next(), chance.choice(TRADES), chance.choice(FORMS)
        where = chance.choice(districts[city])
        yield MadeUp(
            number=number,
            name=_name(chance.random(), place, own, trade, form),
            short=own + trade[:2],
            english=f"{place_letters(city)} {own_letters(own)} {number % 97} Co., Ltd." if number % 7 == 0 else None,
            code=fictional_uscc(number, where),
            city=city,
            region=where,
            industry=chance.choice(INDUSTRIES),
            status=chance.choices(STATUSES, cum_weights=(90, 94, 96, 100))[0],
            chains=(chance.choice(CHAINS),) if chance.random() < 0.5 else (),
            titles=tuple((b, YEARS[(b - 1) % len(YEARS)]) for b in _some(chance, batches)),
            product=chance.choice(PRODUCTS) if chance.random() < 0.3 else None,
        )


class _Brands:
    """Brands of two to four characters; a few return very often, most only once."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._known: list[str] = []

    def next(self) -> str:
        chance = self._chance
        if self._known and chance.random() < 0.4:
            # The square favours the old ones: the earlier a brand came up, the more firms bear it.
            return self._known[int(len(self._known) * chance.random() ** 4)]
        made = "".join(chance.choices(CHARACTERS, k=chance.choices((2, 3, 4), cum_weights=(50, 85, 100))[0]))
        self._known.append(made)
        return made


def _some(chance: random.Random, batches: int) -> list[int]:
    return sorted(chance.sample(range(1, batches + 1), chance.choice((0, 0, 0, 0, 1, 1, 2, 3))))


def _name(roll: float, place: str, own: str, trade: str, form: str) -> str:
    if trade.endswith(("科技", "技术")) and form.startswith(("科技", "技术")):
        form = form[2:]
    if roll < 0.45:
        return f"{place}市{own}{trade}{form}"
    if roll < 0.75:
        return f"{place}{own}{trade}{form}"
    if roll < 0.85:
        return f"广东{own}{trade}{form}"
    return f"{own}{trade}（{place}）{form}"


def place_letters(city: str) -> str:
    """The English name of a city."""
    found = region(city)
    return (found.name_en or found.code) if found else city


def own_letters(own: str) -> str:
    """A brand in letters that are not its reading."""
    return "".join(chr(97 + ord(c) % 26) + "aeiou"[ord(c) % 5] for c in own).capitalize()


def _place(code: str) -> str:
    found = region(code)
    return found.name.removesuffix("市") if found else code


def fill(database: Path, size: int, *, seed: int = SEED) -> None:
    """Write the population into a migrated SQLite database that holds no enterprise yet."""
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        batches = _write_batches(connection)
        firms = made_up(size, batches=batches, seed=seed)
        while chunk := list(islice(firms, CHUNK)):
            _write(connection, chunk)
        connection.execute("ANALYZE")
    connection.close()


def _write_batches(connection: sqlite3.Connection) -> int:
    rows = [
        (code, year, f"{year}年", "示例公告", "final", 1, _moment(), f"{year}-07-01")
        for code in DIRECTORIES
        for year in YEARS
    ]
    columns = "directory_code, year, label, title, state, edition, created_at, announced_on"
    connection.executemany(f"INSERT INTO batch ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)  # noqa: S608 - constants
    return len(rows)


def _write(connection: sqlite3.Connection, firms: list[MadeUp]) -> None:
    now = _moment()
    _insert(
        connection,
        "enterprise (id, identity, uscc, name_zh, name_en, region_code, city_code, industry_code, founded_on, "
        "operating_status, revision, created_at, updated_at)",
        ((*_facts(f), 1, now, now) for f in firms),
    )
    names = [(f.number, f.name, _folded(f.name), "current", "") for f in firms]
    names += [(f.number, f.short, f.short, "short", "") for f in firms if f.number % 3 == 0]
    _insert(connection, "enterprise_name (enterprise_id, name, folded, kind, source)", names)
    _insert(connection, "enterprise_address (key, enterprise_id)", ((f.code, f.number) for f in firms))
    chains = ((f.number, chain, "declared") for f in firms for chain in f.chains)
    _insert(connection, "enterprise_chain (enterprise_id, chain_code, basis)", chains)
    _insert(
        connection,
        "listing (enterprise_id, directory_code, batch_id, name_as_announced, valid_from, valid_to, recorded_at)",
        (
            (f.number, DIRECTORIES[(b - 1) // len(YEARS)], b, f.name, f"{year}-07-01", _three_years(year), now)
            for f in firms
            for b, year in f.titles
        ),
    )
    _insert(
        connection,
        "product (enterprise_id, maker_name, name, folded, version, category, created_at)",
        ((f.number, f.name, p, p, f"V{f.number % 9}", "示例", now) for f in firms if (p := f.product)),
    )


def _facts(f: MadeUp) -> tuple[Any, ...]:
    return (f.number, "identified", f.code, f.name, f.english, f.region, f.city, f.industry, "2012-03-04", f.status)


def _insert(connection: sqlite3.Connection, into: str, rows: Iterable[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * (into.count(",") + 1))
    connection.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)  # noqa: S608 - constants of this module


def _folded(name: str) -> str:
    """As fold_name does it, for names that hold nothing but simplified characters and brackets."""
    return name.replace("（", "").replace("）", "")


def _three_years(year: int) -> str:
    return (date(year + 3, 7, 1) - timedelta(days=1)).isoformat()


def _moment() -> str:
    return "2026-05-06 00:00:00.000000"
