"""The lexicon of the shipped reference rows, without a database."""

from registry.errors import Text
from registry.models import Directory
from registry.search.lexicon import Lexicon, lexicon_of
from registry.search.overlay import EMPTY, Overlay
from registry.services.reference import shipped

CATEGORIES = ("数据库", "操作系统", "中央处理器", "办公软件", "整机")


def shipped_lexicon(overlay: Overlay = EMPTY) -> Lexicon:
    """Directories, catalogues and chains as shipped, with a few categories of products."""
    rows = [Directory.model_validate({**row, "position": place}) for place, row in enumerate(shipped("directories"))]
    chains = {row["code"]: Text(row["name_zh"], row["name_en"]) for row in shipped("chains")}
    return lexicon_of(rows, chains, CATEGORIES, overlay)
