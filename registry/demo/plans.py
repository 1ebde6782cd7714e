"""Which announcements the fictional authorities made: for each directory who may be on it, and when a batch came out.

Ages are days before today, so that titles in force, due, expired and still to come exist whenever the demo is made.
"""

from dataclasses import dataclass
from typing import Final

from registry.demo.firms import Profile as P

YEAR: Final = 365
BATCH, ENTRY = "示例第{}批", "示例第{}批入库"
DUE_IN_A_MONTH: Final = 3 * YEAR + 1 - 40
"""A title of three years announced so many days ago ends in about forty days."""

GROWN: Final = frozenset({P.STRONG, P.NEAR, P.HOLDER, P.RISK, P.GAPS})
START_UPS: Final = frozenset({P.START_UP})
LEADERS: Final = frozenset({P.LEADER})
TITLED: Final = frozenset({P.HOLDER, P.RISK})


@dataclass(frozen=True, slots=True)
class Announcement:
    """One batch: how it is called, its age in days, and which cohorts (0 to 9) of the pool it lists.

    ``starts_in``: titles begin so many days after today instead of on the day of the announcement. ``notice``: days
    after today on which the public notice ends; such a batch is not final. ``group``: a heading kept with each row.
    """

    label: str
    age: int
    cohorts: tuple[int, ...]
    starts_in: int | None = None
    notice: int | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A directory's announcements. ``most`` bounds the rows of one batch; ``code`` tells whether codes are printed."""

    directory: str
    issuer: str
    pool: frozenset[P]
    announcements: tuple[Announcement, ...]
    chains: frozenset[str] = frozenset()
    most: int = 400
    code: bool = True
    ranked: bool = False


def _yearly(*cohorts: tuple[int, ...], first: int, label: str = "{}") -> tuple[Announcement, ...]:
    """One batch a year, the first so many days ago; the last is then ``first`` less a year for each one before."""
    return tuple(
        Announcement(label.format(number), first - YEAR * (number - 1), listed)
        for number, listed in enumerate(cohorts, start=1)
    )


AI: Final = frozenset({"artificial_intelligence"})
SECURE: Final = frozenset({"secure_reliable"})
FIVE_G: Final = frozenset({"five_g"})
EVERYBODY: Final = GROWN | {P.START_UP}

PLANS: Final = (
    Plan(
        "hte",
        "示科函",
        TITLED | {P.GAPS, P.START_UP, P.ORDINARY},
        (
            Announcement("示例第一批", 1_950, (0, 1, 2)),
            Announcement("示例第二批", 1_600, (3,)),
            Announcement("示例第三批", DUE_IN_A_MONTH, (4,)),
            Announcement("示例第四批", 700, (0, 1, 5)),
            Announcement("示例第五批", 320, (6, 7)),
            Announcement("示例第六批", 12, (8,), starts_in=25),
        ),
        most=160,
    ),
    Plan(
        "tech_sme",
        "示科企",
        EVERYBODY,
        _yearly((0, 1, 2), (0, 1, 3, 4), (0, 2, 4, 5), first=830, label=ENTRY),
    ),
    Plan("innovative_sme", "示企函", EVERYBODY, _yearly((0, 1, 2), (3, 4), (0, 5, 6), first=830, label=BATCH)),
    Plan(
        "srdi_sme",
        "示粤企函",
        GROWN,
        (
            Announcement("示例第一批", 1_700, (0, 1, 2)),
            Announcement("示例第二批", DUE_IN_A_MONTH, (9,)),
            Announcement("示例第三批", 760, (3, 4, 5)),
            Announcement("示例第一批复核", 600, (0, 1, 2), group="复核通过"),
            Announcement("示例第四批", 290, (6, 7, 8)),
        ),
    ),
    Plan(
        "little_giant",
        "示工信企函",
        TITLED,
        (
            Announcement("示例第三批", 1_940, (0, 1)),
            Announcement("示例第四批", DUE_IN_A_MONTH, (2,)),
            Announcement("示例第五批", 860, (3, 4)),
            Announcement("示例第三批复核", 840, (0,), group="复核通过"),
            Announcement("示例第六批", 420, (5, 6)),
            Announcement("示例第七批", 8, (7, 8), notice=4),
        ),
    ),
    Plan("champion_national", "示工信政函", LEADERS, _yearly((0, 1), (2, 3), first=800, label=BATCH)),
    Plan("champion_provincial", "示粤政函", TITLED, _yearly((0,), (9,), first=700, label=BATCH), most=60),
    Plan("unicorn", "示例榜", START_UPS, _yearly((0,), (0, 1), first=560), most=40, code=False, ranked=True),
    Plan("potential_unicorn", "示例榜", START_UPS, _yearly((2, 3), (3, 4), first=560), most=60, code=False),
    Plan(
        "seed_unicorn",
        "示深函",
        START_UPS,
        _yearly((5, 6), (7,), first=560, label=BATCH),
        code=False,
    ),
    Plan(
        "gazelle", "示例榜", frozenset({P.STRONG, P.START_UP}), _yearly((1, 8), (2, 9), first=500), most=80, ranked=True
    ),
    Plan("ai_top100", "示智函", EVERYBODY, (Announcement("示例首批", 1_400, tuple(range(10))),), AI, most=100),
    Plan(
        "ai_backbone",
        "示智函",
        TITLED,
        (
            Announcement("示例第一批", 750, (0,), group="培育企业"),
            Announcement("示例第二批", 690, (1, 2), group="骨干企业"),
            Announcement("示例第三批", 640, (3, 4), group="培育企业"),
            Announcement("示例第四批", 170, (5, 6, 7), group="骨干企业"),
        ),
        AI,
    ),
    Plan("leading_10bn", "示粤信函", LEADERS, _yearly((0, 1, 2, 3, 4, 5), (0, 1, 2, 3, 4, 6), first=500)),
    Plan("leading_100bn", "示粤信函", LEADERS, _yearly((7, 8), (7, 8, 9), first=500)),
    Plan("chain_leader", "示粤链函", LEADERS, (Announcement("示例首批", 1_100, (0, 2, 4, 6)),)),
    Plan("fiveg_backbone", "示粤通函", EVERYBODY, _yearly((0, 1, 2), (3, 4), first=1_000, label=BATCH), FIVE_G),
    Plan("secure_enterprise", "示粤安函", EVERYBODY, (Announcement("示例首批", 900, (0, 1, 2, 3)),), SECURE),
)
