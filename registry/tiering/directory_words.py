"""What titles and places are called in sentences about prerequisites and exclusions."""

from collections.abc import Sequence

from registry.errors import Locale, Text
from registry.identity.regions import region

TITLES = {
    "hte": Text("高新技术企业", "high-tech enterprise"),
    "tech_sme": Text("科技型中小企业", "science-and-technology SME"),
    "innovative_sme": Text("创新型中小企业", "innovative SME"),
    "srdi_sme": Text("专精特新中小企业", "SRDI SME"),
    "little_giant": Text("专精特新“小巨人”", "little giant"),
    "champion_national": Text("制造业单项冠军", "single champion"),
    "champion_provincial": Text("省制造业单项冠军", "provincial single champion"),
    "unicorn": Text("独角兽企业", "unicorn"),
    "potential_unicorn": Text("潜在独角兽企业", "potential unicorn"),
    "seed_unicorn": Text("种子独角兽企业", "seed unicorn"),
    "gazelle": Text("瞪羚企业", "gazelle"),
    "ai_backbone": Text("人工智能骨干企业", "AI backbone firm"),
    "chain_leader": Text("链主企业", "chain leader"),
}


def title_words(codes: tuple[str, ...], locale: Locale) -> str:
    """The titles of these directories, joined with "or"."""
    names = [TITLES[code].in_(locale) if code in TITLES else code for code in codes]
    return (" or " if locale == "en" else "或").join(names)


def place_words(prefixes: Sequence[str], locale: Locale) -> str:
    """The places of these prefixes of region codes, joined with "or"; a code nobody knows stays a code."""
    names = []
    for one in prefixes:
        place = region(one.ljust(6, "0"))
        chinese = one if place is None else place.name
        names.append((place.name_en if place and locale == "en" else None) or chinese)
    return (" or " if locale == "en" else "或").join(names)
