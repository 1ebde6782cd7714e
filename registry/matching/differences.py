"""What differs between a name as printed and a name of the registry, as a code, a weight and words for people.

Said from the printed name: 缺 is what it lacks, 多 is what it has more.
"""

from dataclasses import dataclass

from registry.errors import Text

_COUNTS = "零一两三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``code`` is for programs, ``weight`` is taken off the score, ``part`` is the part of the name."""

    code: str
    weight: int
    part: str
    text: Text


def lacking(words: str, weight: int, part: str, code: str = "lacking") -> Difference:
    """The printed name lacks these characters.

    >>> lacking("人工智能", 12, "trade").text.zh, lacking("市", 1, "place").text.zh
    ('缺“人工智能”四字', '缺“市”字')
    """
    return Difference(code, weight, part, Text(f"缺“{words}”{_count(words)}字", f"lacks “{words}”"))


def surplus(words: str, weight: int, part: str, code: str = "surplus") -> Difference:
    """The printed name has these characters more."""
    return Difference(code, weight, part, Text(f"多“{words}”{_count(words)}字", f"has “{words}” more"))


def other(printed: str, known: str, weight: int, part: str, code: str) -> Difference:
    """One stands where the other has something else; ``code`` says of what kind the slip is.

    >>> other("化", "华", 9, "brand", "sound").text.zh
    '一字之差 化/华（音近）'
    """
    kind = {
        "sound": Text("（音近）", " (sounds alike)"),
        "shape": Text("（形近）", " (looks alike)"),
        "number": Text("（编号不同）", " (another number)"),
    }.get(code, Text("", ""))
    if len(printed) == len(known) == 1:
        text = Text(f"一字之差 {printed}/{known}{kind.zh}", f"one character: {printed}/{known}{kind.en}")
    else:
        text = Text(f"“{printed}”与“{known}”不同{kind.zh}", f"“{printed}” against “{known}”{kind.en}")
    return Difference(code, weight, part, text)


def swapped(printed: str, known: str, weight: int, part: str) -> Difference:
    """Two neighbours changed places."""
    text = Text(f"“{known}”写作“{printed}”（颠倒）", f"“{known}” written “{printed}” (swapped)")
    return Difference("swapped", weight, part, text)


def said(code: str, weight: int, part: str, zh: str, en: str) -> Difference:
    """Any other difference, in words of its own."""
    return Difference(code, weight, part, Text(zh, en))


def _count(words: str) -> str:
    size = len(words)
    if size == 1:
        return ""
    return _COUNTS[size] if size < len(_COUNTS) else str(size)
