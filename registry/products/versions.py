"""A printed product name taken apart: what the product is called, and exactly which version of it.

A version is what holds digits (V10 SP3, DM8, 920, 3A6000(C)), an edition (企业版), and the kernel in brackets. Width,
letter case, blanks and the letter v do not tell versions apart, nor do zeros at the end (8.0 is 8); all else does.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from registry.identity import fold_name
from registry.products.categories import Category, by_word

_MARKS = r"version|ver|v|release|rel|rev|r|sp|servicepack|update|u|patch|p|build|b|rc"
_RUN = re.compile(r"[a-z]*[0-9][a-z0-9]*(?:\.[a-z0-9]+)*")
_SPLIT_RUN = re.compile(r"([a-z]*)([0-9].*)")
_MARKED = re.compile(rf"({_MARKS})?\.?([0-9]+(?:\.[0-9]+)*)")
_ALL_MARKED = re.compile(rf"(?:(?:{_MARKS})?\.?[0-9]+(?:\.[0-9]+)*)+")
_IS_MARK = re.compile(_MARKS)
_APART = re.compile(r"(?<![a-z0-9])([a-z]+)[\s\-_.]+(?=[0-9])")
"""Letters and the digits they belong to, written apart: V 10, QH-3200."""
_SPACED_PACK = re.compile(r"\bservice\s+pack\b")
_KERNEL = re.compile(r"(?:内核(?:版本)?|kernel(?:\s*version)?)\s*[:为]?\s*(v?[0-9][a-z0-9]*(?:\.[a-z0-9]+)*)")
_NUMBER = re.compile(r"[0-9]+")
_PLAIN = frozenset({"", "v", "ver", "version", "rel", "release"})
_CHUNK = re.compile(r"[\u3400-\u9fff]+|[a-z]+")
_EDITION = re.compile(r"(?:企业|标准|专业|安全|旗舰|家庭|教育|社区|政务|党政|高级|基础|增强)版")
_VARIANT = re.compile(r"(?<=[0-9a-z])\s*\(([a-z]{1,3})版?\)")
"""Letters in brackets behind a model: 3A6000(C), C86-4G (GC版)."""
_FURTHER = ("#", "sp#", "u#", "update#", "p#", "patch#", "build#")
"""Shapes a later version may have in addition: V10 SP1 comes after V10, V10 企业版 does not."""
_EMPTY_WORDS = ("版本号", "版本", "型号")


class Part(NamedTuple):
    """One piece of a version: its shape with # for each number, and the numbers."""

    shape: str
    numbers: tuple[int, ...]


Version = tuple[Part, ...]
"""The pieces in printed order, none twice."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A name taken apart. ``chunks`` are the words of the name that are neither version nor category, folded."""

    chunks: tuple[str, ...]
    version: Version
    kernel: Version
    category: Category | None

    @property
    def core(self) -> str:
        """The product family: the chunks as one text; may be empty (数据库 V8)."""
        return "".join(self.chunks)


def normalised(text: str) -> str:
    """Half width, lower case, blanks single."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=16_384)
def take_apart(printed: str) -> Printed:
    """What a printed name says.

    >>> take_apart("示例澜服务器操作系统 V10 SP3（内核版本 5.10）").core
    '示例澜'
    >>> take_apart("示例DM 8").version == take_apart("示例dm V8.0").version
    True
    """
    text = _SPACED_PACK.sub("sp", normalised(printed))
    kernel: list[Part] = []
    for found in _KERNEL.finditer(text):
        kernel += _parts(found[1])
    text = _KERNEL.sub(" ", text)
    variants = [Part(f"{found[1]}版", ()) for found in _VARIANT.finditer(text) if _has_digit(text[: found.start()])]
    variants += [Part(found[0], ()) for found in _EDITION.finditer(text)]
    text = _APART.sub(r"\1", _EDITION.sub(" ", _VARIANT.sub(_without_variant, text)))
    version: list[Part] = []
    rest: list[str] = []
    at = 0
    for found in _RUN.finditer(text):
        letters, pieces = _run(found[0])
        rest.append(text[at : found.start()] + " " + letters + " ")
        version += pieces
        at = found.end()
    rest.append(text[at:])
    chunks, category = _words("".join(rest))
    return Printed(chunks, tuple(dict.fromkeys([*version, *variants])), tuple(dict.fromkeys(kernel)), category)


def same_version(one: Version, other: Version) -> bool:
    """Whether two versions are the same one, in whatever order their pieces are written."""
    return frozenset(one) == frozenset(other)


def is_later(one: Version, other: Version) -> bool:
    """Whether ``one`` is a later version than ``other``; False where the two cannot be compared.

    >>> is_later(take_apart("V11").version, take_apart("V10 SP3").version)
    True
    >>> is_later(take_apart("3C6000").version, take_apart("3A5000").version)
    False
    """
    for mine, theirs in zip(one, other, strict=False):
        if mine.shape != theirs.shape:
            return False
        if mine.numbers != theirs.numbers:
            return mine.numbers > theirs.numbers
    return len(one) > len(other) > 0 and one[len(other)].shape in _FURTHER


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _without_variant(found: "re.Match[str]") -> str:
    return " " if _has_digit(found.string[: found.start()]) else found[0]


def _run(run: str) -> tuple[str, list[Part]]:
    """Letters that belong to the name, and the pieces of the version: dm8 is dm and 8; v10sp3 is all version."""
    found = _SPLIT_RUN.fullmatch(run)
    letters, digits = (found[1], found[2]) if found else ("", run)
    if letters and _IS_MARK.fullmatch(letters):
        return "", _parts(run)
    return letters, _parts(digits)


def _parts(run: str) -> list[Part]:
    if _ALL_MARKED.fullmatch(run):
        return [
            Part("#" if (mark or "") in _PLAIN else f"{mark}#", _trimmed([int(n) for n in number.split(".")]))
            for mark, number in _MARKED.findall(run)
        ]
    return [Part(_NUMBER.sub("#", run), tuple(map(int, _NUMBER.findall(run))))]


def _trimmed(numbers: list[int]) -> tuple[int, ...]:
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _words(text: str) -> tuple[tuple[str, ...], Category | None]:
    """The words of a name without those that say its category, and that category."""
    chunks: list[str] = []
    category: Category | None = None
    for word in _EMPTY_WORDS:
        text = text.replace(word, " ")
    for piece in _CHUNK.findall(" ".join(map(fold_name, text.split()))):
        left, found = _without_category(piece)
        # The narrower word wins: 服务器操作系统 beside OS.
        if found is not None and (category is None or category.parent is None):
            category = found
        if left:
            chunks.append(left)
    return tuple(chunks), category


@lru_cache(maxsize=16_384)
def _without_category(piece: str) -> tuple[str, Category | None]:
    words = by_word()
    if piece in words:
        return "", words[piece]
    if piece.isascii():
        return piece, None
    for word, category in words.items():
        if len(word) > 1 and piece.endswith(word):
            return piece.removesuffix(word), category
    return piece, None
