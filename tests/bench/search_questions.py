"""The questions of the search bench: each kind asked of different firms in turn, for us and for the peers alike."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from pypinyin import lazy_pinyin

from registry.search.query import SearchQuery
from tests.bench.search_firms import CHARACTERS, PRODUCTS, TRADES, MadeUp

EACH = 60
"""Different questions of a kind."""
BROAD = ("科技有限公司", "有限公司", "科技", "技术有限公司", "电子有限公司", "股份有限公司", "贸易有限公司")
TWO_WORDS = (
    "深圳 半导体",
    "广州 软件",
    "东莞 五金",
    "佛山 家具",
    "惠州 照明",
    "珠海 集成电路",
    "中山 服装",
    "江门 食品",
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for, for people and for engines that know no more than words."""

    kind: str
    words: str
    ours: SearchQuery
    place: str = ""
    """A word that a peer has to put as a filter on the city."""
    filters: dict[str, str] = field(default_factory=dict)


def questions(firms: Sequence[MadeUp], *, seed: int = 7) -> dict[str, list[Question]]:
    """All kinds, made from a sample of the population."""
    chance = random.Random(seed)  # noqa: S311 - a fixed order of questions, no secret
    picked = chance.sample(firms, min(EACH, len(firms)))
    made: dict[str, list[str]] = {
        "exact name": [f.name for f in picked],
        "brand and trade": [f.short for f in picked],
        "brand, two characters": [f.short[:2] for f in picked],
        "credit code": [f.code for f in picked],
        "code beginning": [f.code[:12] for f in picked],
        "pinyin": ["".join(lazy_pinyin(f.short)) for f in picked],
        "initials": ["".join(s[0] for s in lazy_pinyin(f.short)) for f in picked],
        "one wrong character": [_wrong(f.short, chance) for f in picked],
        "English name": [" ".join(f.english.split()[:2]) for f in firms if f.english][:EACH],
        "product": list(PRODUCTS),
        "trade": list(TRADES),
        "place and trade": list(TWO_WORDS),
        "broad": list(BROAD),
        "empty": [""],
    }
    found = {kind: [_question(kind, text) for text in texts] for kind, texts in made.items() if texts}
    found["brand, directory and city chosen"] = [
        _filtered("brand, directory and city chosen", f.short[:2]) for f in picked
    ]
    found["directory and city chosen"] = [_filtered("directory and city chosen", "")]
    return found


def _question(kind: str, text: str) -> Question:
    place = text.split(" ")[0] if kind == "place and trade" else ""
    words = text.split(" ")[1] if place else text
    # Read as text only where the words would be read as filters, which is another question.
    return Question(kind, words, SearchQuery(text=text, literal=kind in ("broad", "trade")), place)


def _filtered(kind: str, text: str) -> Question:
    ours = SearchQuery(text=text, directories=("hte",), cities=("440300",))
    return Question(kind, text, ours, filters={"directory": "hte", "city": "440300"})


def _wrong(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(CHARACTERS) + text[at + 1 :]
