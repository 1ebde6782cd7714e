"""What titles are called in sentences about prerequisites and exclusions."""

from registry.errors import Locale, Text

TITLES = {
    "hte": Text("高新技术企业", "high-tech enterprise"),
    "tech_sme": Text("科技型中小企业", "science-and-technology SME"),
    "innovative_sme": Text("创新型中小企业", "innovative SME"),
    "srdi_sme": Text("专精特新中小企业", "SRDI SME"),
    "little_giant": Text("专精特新“小巨人”", "little giant"),
    "champion_national": Text("制造业单项冠军", "single champion"),
    "champion_provincial": Text("省制造业单项冠军", "provincial single champion"),
}


def title_words(codes: tuple[str, ...], locale: Locale) -> str:
    """The titles of these directories, joined with "or"."""
    names = [TITLES[code].in_(locale) if code in TITLES else code for code in codes]
    return (" or " if locale == "en" else "或").join(names)
