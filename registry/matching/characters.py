"""How likely one character was taken for another: by sound, by shape; and characters that number firms."""

from functools import cache

from registry.search.config import ConfusablesFile, load_config
from registry.search.sound import readings

NUMBERING = frozenset(
    "0123456789零〇一二三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾甲乙丙丁戊己庚辛壬癸" + "abcdefghijklmnopqrstuvwxyz"
)
"""Characters that tell otherwise equal names apart on purpose (一厂, 二厂; A 公司, B 公司)."""

_SAME_FINALS = (("ng", "n"),)
_SAME_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"))


def sound_alike(one: str, other: str) -> bool:
    """Whether two characters can be read alike, 前后鼻音 and 平翘舌 aside.

    >>> sound_alike("华", "化"), sound_alike("星", "新"), sound_alike("星", "光")
    (True, True, False)
    """
    return not _sounds(one).isdisjoint(_sounds(other))


def look_alike(one: str, other: str) -> bool:
    """Whether two characters stand in one group of look-alikes.

    >>> look_alike("未", "末"), look_alike("未", "华")
    (True, False)
    """
    return other in _looks().get(one, ())


@cache
def _sounds(character: str) -> frozenset[str]:
    return frozenset(_plain(reading[0]) for reading in readings(character) if reading)


def _plain(syllable: str) -> str:
    for nasal, plain in _SAME_FINALS:
        if syllable.endswith(nasal):
            syllable = syllable[: -len(nasal)] + plain
    for retroflex, plain in _SAME_INITIALS:
        if syllable.startswith(retroflex):
            syllable = plain + syllable[len(retroflex) :]
    return syllable


@cache
def _looks() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in load_config(ConfusablesFile).groups:
        for character in group:
            found.setdefault(character, set()).update(group)
    return {character: frozenset(group - {character}) for character, group in found.items()}
