"""The order in which tiers are shown: the ladder from its base up, then the families beside it."""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.errors import Text


@dataclass(frozen=True, slots=True)
class Family:
    """A step of the ladder, or a family beside it. ``tiers`` in the order shown."""

    code: str
    title: Text
    note: Text
    tiers: tuple[str, ...]


FAMILIES = (
    Family(
        "base",
        Text("基础层", "Base"),
        Text(
            "科技和创新型中小企业；高新技术企业证书可直接进入",
            "Technology and innovative SMEs; a high-tech firm enters directly",
        ),
        ("innovative_sme", "tech_sme", "hte"),
    ),
    Family(
        "backbone",
        Text("骨干层", "Backbone"),
        Text("由基础层申报", "Applied for from the base"),
        ("srdi_sme",),
    ),
    Family(
        "core",
        Text("核心层", "Core"),
        Text("由专精特新中小企业申报", "Applied for by SRDI SMEs"),
        ("little_giant", "key_little_giant"),
    ),
    Family(
        "champion",
        Text("单项冠军", "Single champions"),
        Text("阶梯的最高一级，不限中小企业", "The top of the ladder, not only for SMEs"),
        ("champion_provincial", "champion_national"),
    ),
    Family(
        "growth",
        Text("独角兽与瞪羚", "Unicorns and gazelles"),
        Text("没有国家统一标准，按各发布机构的定义", "No national standard; each publisher has its own definition"),
        ("gazelle", "seed_unicorn", "potential_unicorn", "unicorn"),
    ),
    Family(
        "leading",
        Text("龙头与链主", "Leading enterprises"),
        Text("按规模和带动作用", "By size and by what they draw along"),
        ("leading_10bn", "leading_100bn", "chain_leader"),
    ),
    Family(
        "ai",
        Text("人工智能", "Artificial intelligence"),
        Text("骨干（培育）企业与榜单", "Backbone firms and lists"),
        ("ai_backbone", "ai_cultivation", "ai_top100"),
    ),
    Family(
        "size",
        Text("规模与效益", "Size and yield"),
        Text("中小企业划型和亩均效益，供其他标准引用", "Size classes and yield per mu, used by other standards"),
        ("size", "sizes", "sme_size", "size_class", "land_productivity"),
    ),
)
OTHER = Family("other", Text("其他", "Others"), Text("", ""), ())


def placed(tiers: Iterable[str]) -> list[tuple[Family, list[str]]]:
    """These tiers by family; a tier nobody has placed comes last, so that none is lost."""
    left = list(tiers)
    found: list[tuple[Family, list[str]]] = []
    for family in FAMILIES:
        mine = [one for one in family.tiers if one in left]
        left = [one for one in left if one not in mine]
        if mine:
            found.append((family, mine))
    return [*found, (OTHER, left)] if left else found
