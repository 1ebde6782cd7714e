"""Which directories a text means: by any of their words, the beginning of one, its pinyin or its initials."""

from collections.abc import Sequence

from registry.search.lexicon import Lexicon
from registry.search.words import compact, plain_reading

TEXT_MAX = 30
SHOWN_MAX = 5
PREFIX_MIN = 2
LATIN_MIN = 3


def directories_meant(
    text: str, read: Sequence[str], lexicon: Lexicon, *, alone: bool = False
) -> tuple[tuple[str, bool], ...]:
    """Codes with whether the text says nothing else, those with it first; ``read`` were read from parts of the text.

    ``alone``: the one read is all the text says.
    """
    whole = compact(text)
    if not 1 < len(whole) <= TEXT_MAX:
        return tuple((code, False) for code in dict.fromkeys(read))
    exact = dict.fromkeys(
        [*(read if alone else ()), *(code for code, forms in lexicon.forms.items() if whole in forms)]
    )
    found = dict.fromkeys([*exact, *read, *_beginning(whole, lexicon)])
    return tuple((code, code in exact) for code in found)[:SHOWN_MAX]


def _beginning(whole: str, lexicon: Lexicon) -> list[str]:
    latin = whole.isascii()
    if len(whole) < (LATIN_MIN if latin else PREFIX_MIN):
        return []
    found = list(lexicon.beginnings.get(whole, ()))
    if latin and whole.isalpha():
        sound = plain_reading(whole)
        found += [code for code, reading, initials in lexicon.spoken if reading.startswith(sound) or initials == sound]
    return found
