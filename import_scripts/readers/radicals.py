"""Radicals that some programs write into a PDF in place of the characters that look the same (⽰ for 示)."""

import unicodedata

_SUPPLEMENT = dict(
    zip("⺁⺄⺊⺌⺝⺟⺠⺧⺷⺸⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝", "厂乙卜小月母民牛羊羊西见角贝车长门青韦页风飞食", strict=True)
) | dict(zip("⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳", "马骨鬼鱼鸟麦黄齐齿龙龟", strict=True))
"""Source: Unicode, EquivalentUnifiedIdeograph.txt, those that are characters of their own."""
_KANGXI = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_TABLE = str.maketrans(_KANGXI | _SUPPLEMENT)


def without_radicals(text: str) -> str:
    """The text with characters in place of radicals.

    >>> without_radicals("⽰例⼄科技⻓沙")
    '示例乙科技长沙'
    """
    return text.translate(_TABLE)
