"""Which version of which standard applies: by tier or version id, procedure, date and region."""

from datetime import date

from registry.errors import InvalidInput, NotFound
from registry.tiering.loader import load_all
from registry.tiering.standard import Procedure, Standard

PROCEDURES = {"new": ("新申报", "new application"), "review": ("复核", "review")}


def choose(
    code: str,
    *,
    procedure: Procedure,
    as_of: date,
    region_code: str | None = None,
    among: tuple[Standard, ...] | None = None,
) -> Standard:
    """The version that judges an application of this kind, day and place.

    ``code`` is a tier (little_giant: the version in force is found by procedure, date and region; a regional
    version goes before a national one) or a version id (LG26: that very version, for any day since it first came
    into force, so that an old application can be judged again and a holder can be tried against the next rules).
    Case does not matter. Of two versions in force on the day the one that came later applies: a new version closes the
    open window of the one before. A version that is ``named_only`` is found by its tier only where that has no other.
    ``among`` is what there is to choose from, by default the versions shipped.

    Raises NotFound for an unknown code, InvalidInput when the day is before any version or between versions.
    """
    versions = load_all() if among is None else among
    for standard in versions:
        if standard.id == code.strip().upper() and standard.tier != code.strip().lower():
            return _not_too_early(standard, as_of)
    named = [one for one in versions if one.tier == code.strip().lower()]
    ours = [one for one in named if not one.named_only]
    if len(named) == 1 and not ours:
        return _not_too_early(named[0], as_of)
    if not ours:
        known = tuple(dict.fromkeys([one.tier for one in versions] + [one.id for one in versions]))
        raise NotFound(
            f"没有认定标准“{code[:40]}”。已有：{'、'.join(known)}。",
            f"There is no standard “{code[:40]}”. Known: {', '.join(known)}.",
            field="standard",
            value=code,
        )
    fitting = [one for one in ours if _region_fits(one, region_code) and procedure in one.in_force]
    inside = [one for one in fitting if one.in_force[procedure].covers(as_of)]
    if not inside:
        raise _outside(ours[0], fitting, procedure, as_of)
    return max(inside, key=lambda one: (len(one.region or ""), one.in_force[procedure].since, one.first_day))


def find(code: str, *, among: tuple[Standard, ...] | None = None) -> tuple[Standard, ...]:
    """All versions of a tier, newest first, or the one version of this id. Raises NotFound."""
    versions = load_all() if among is None else among
    wanted = code.strip()
    ours = [one for one in versions if one.tier == wanted.lower()] or [
        one for one in versions if one.id == wanted.upper()
    ]
    if not ours:
        choose(code, procedure="new", as_of=date.max, among=versions)
    return tuple(reversed(ours))


def tiers(*, among: tuple[Standard, ...] | None = None, chosen: bool = False) -> tuple[str, ...]:
    """Every tier that has a standard, in the order of the files; ``chosen``: only those ``choose`` can be asked for."""
    versions = load_all() if among is None else among
    return tuple(dict.fromkeys(one.tier for one in versions if not (chosen and one.named_only)))


def _region_fits(standard: Standard, region_code: str | None) -> bool:
    if standard.region is None:
        return True
    # By pairs: Guangdong is 44 or 440000, and its prefix covers 4403...
    prefix = standard.region
    while len(prefix) > 2 and prefix.endswith("00"):
        prefix = prefix[:-2]
    return region_code is not None and region_code.startswith(prefix)


def _not_too_early(standard: Standard, as_of: date) -> Standard:
    if as_of < standard.first_day:
        raise _too_early(standard, standard.first_day, as_of, standard.id)
    return standard


def _outside(any_version: Standard, fitting: list[Standard], procedure: Procedure, as_of: date) -> InvalidInput:
    zh, en = PROCEDURES[procedure]
    if not fitting:
        return InvalidInput(
            f"{any_version.title.zh}没有适用于{zh}的版本。",
            f"{any_version.title.en} has no version for a {en}.",
            field="procedure",
            value=procedure,
        )
    first = min(fitting, key=lambda one: one.in_force[procedure].since)
    since = first.in_force[procedure].since
    if as_of < since:
        return _too_early(first, since, as_of, first.tier)
    return InvalidInput(
        f"{as_of} 没有适用于{zh}的 {first.tier} 标准版本。",
        f"No version of {first.tier} applies to a {en} on {as_of}.",
        field="as_of",
        value=as_of,
    )


def _too_early(standard: Standard, since: date, as_of: date, name: str) -> InvalidInput:
    return InvalidInput(
        f"评估日期 {as_of} 早于标准 {name} 的任何版本：{standard.title.zh}最早自 {since} 起施行。",
        f"{as_of} is before any version of {name}: {standard.title.en} came into force on {since} at the earliest.",
        field="as_of",
        value=as_of,
    )
