"""The encodings Chinese offices write text in, told apart by every byte and by how common the characters are."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from import_scripts.sniffing import looks_like_utf_16
from registry.errors import FileRefused

MAC_CHINESE = "x-mac-simp-chinese"
"""The simplified Chinese of old Mac OS. Source: Unicode, MAPPINGS/VENDORS/APPLE/CHINSIMP.TXT."""

_BLOCK = 1 << 20
_COMMON = frozenset(
    "的一是不了在人有我他这中大来上个国和到名单公司企业有限责任股份省市区县州镇村路号序编码称代统社会信用"
    "技术科工程新材料能源生物医药电子机械制造贸易投资管理服务中心第批年月日关于公示认定培育专精特小巨型东西南北京津海江苏浙安徽"
    "福建山河湖广四川重庆云贵陕甘青宁新黑龙吉林辽内蒙古藏台香港澳所地址业类型备注电话时间万元"
    "來這個國稱號編區縣統會術機東關於認專臺雲貴陝寧龍遼廣蘇慶灣業類時間萬單電車長門產務資責華聯發達實樂"
)
_MAC_SIGNS = {0x80: "ü", 0xA0: "\u00a0", 0xFD: "©", 0xFE: "™", 0xFF: "…"}
_MAC_PIECE = re.compile(rb"[\x00-\x7f]+|(?:[\xa1-\xfc][\xa1-\xfe])+|[\x80\xa0\xfd-\xff]")
_MAC_CUT = re.compile(rb"[\x00-\x7f][^\x00-\x7f]*\Z")


def marked_encoding(sample: bytes) -> str | None:
    """What a mark at the start, or the zero bytes of UTF-16, say; None where nothing does."""
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return looks_like_utf_16(sample)


def unmarked_encoding(path: Path, sample: bytes) -> str:
    """UTF-8 if every byte agrees; else GB18030, unless Big5 or Mac Chinese give plainly more common characters.

    Raises FileRefused where no encoding agrees with every byte.
    """
    if decodes(path, "utf-8"):
        return "utf-8"
    scores = {encoding: _score(sample, encoding) for encoding in ("gb18030", "big5hkscs", MAC_CHINESE)}
    scores["big5hkscs"] *= 0.8  # a tie, or nearly one, is no reason to leave the usual encoding
    for encoding in sorted(scores, key=lambda each: -scores[each]):
        if decodes(path, encoding):
            return encoding
    raise undecodable()


def decodes(path: Path, encoding: str) -> bool:
    """Whether every byte of the file agrees with the encoding."""
    try:
        for _ in decoded_blocks(path, encoding):
            pass
    except UnicodeError:
        return False
    return True


def decoded_blocks(path: Path, encoding: str) -> Iterator[str]:
    """The text of the file, block by block. Raises UnicodeError."""
    if encoding == MAC_CHINESE:
        yield from _mac_blocks(path)
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)


def _mac_blocks(path: Path) -> Iterator[str]:
    rest = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            content = rest + block
            # Pairs are in step again after any ASCII character.
            cut = _MAC_CUT.search(content[-4_096:])
            end = len(content) - len(cut[0]) + 1 if cut else len(content)
            rest = content[end:]
            yield decode_mac(content[:end])
    yield decode_mac(rest)


def decode_mac(content: bytes) -> str:
    """Text in the simplified Chinese of old Mac OS. Raises UnicodeError.

    >>> decode_mac("甲公司".encode("gb2312") + b"\\xff\\xfd")
    '甲公司…©'
    """
    pieces = []
    end = 0
    for piece in _MAC_PIECE.finditer(content):
        if piece.start() != end:
            break
        end = piece.end()
        first = piece[0][0]
        pieces.append(_MAC_SIGNS[first] if first in _MAC_SIGNS else piece[0].decode("gb2312"))
    if end != len(content):
        raise UnicodeDecodeError(MAC_CHINESE, content[end : end + 1], 0, 1, "no pair and no sign of this encoding")
    return "".join(pieces)


def _score(sample: bytes, encoding: str) -> float:
    """The share of common characters among those that are not ASCII, read as far as the encoding carries."""
    decode = decode_mac if encoding == MAC_CHINESE else lambda content: content.decode(encoding)
    wide = ""
    try:
        wide = decode(sample)
    except UnicodeError:
        # The sample may end within a character; a line is then short of nothing.
        for line in re.split(rb"[\r\n]", sample)[:-1]:
            try:
                wide += decode(line)
            except UnicodeError:
                return 0.0
    wide = "".join(character for character in wide if character > "\x7f")
    return sum(character in _COMMON for character in wide) / len(wide) if wide else 0.0


def undecodable() -> FileRefused:
    """No encoding agrees with every byte."""
    return FileRefused(
        "文字编码无法识别（不是 UTF-8、UTF-16、GB18030、Big5 或 Mac 简体中文）。请另存为 UTF-8 的 CSV 或 xlsx。",
        "The text encoding was not recognised (not UTF-8, UTF-16, GB18030, Big5 or Mac Chinese). Save it as UTF-8 CSV "
        "or xlsx.",
    )
