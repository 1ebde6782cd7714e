"""Candidates among very many names without going through them: hashed keys in sorted NumPy arrays.

A name is filed under its stem (brand and trade, no place, no form), under the stem with each one character left out
(two stems one edit apart share one of these), under stem and city, and under its brand, with the city and alone.
Eight bytes a key, about eleven keys a name. A hash may file a name wrongly; whoever asks compares the names themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.identity.divisions import city_of
from registry.matching.parts import Parts

WIDTH = 24
"""Longer stems are cut: nobody tells firms apart by the twenty-fifth character."""
EDITED_MIN = 4
"""Shorter stems are not filed with a character left out: what remains says too little."""
MOST = 24
"""So many names are taken from under one key; of a commoner one the others are left aside."""
_BASE = np.uint64(0x9E3779B97F4A7C15)
_BACK = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))
_MIX = np.uint64(0xD6E8FEB86659FD93)
_STEM, _CITY, _BRAND, _BRAND_CITY = (np.uint64(seed * 0xA24BAED4963EE407 % (1 << 64)) for seed in (1, 2, 3, 4))

_NO_PAIRS, _NO_NUMBERS = np.empty(0, np.uint64), np.empty(0, np.int64)
_NO_KEYS, _NO_OWNERS = np.empty(0, np.uint32), np.empty(0, np.int32)

Keys = NDArray[np.uint32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Filed:
    """What one name is filed or asked under. ``city`` is where its firm is, as far as name or registry say."""

    stem: str
    brand: str
    city: str | None


def filed(parts: Parts, city: str | None = None) -> Filed:
    """How a name is filed: the place in the name counts before the ``city`` the registry has."""
    return Filed(parts.stem, parts.brand, (city_of(parts.place) if parts.place else None) or city)


class NameIndex:
    """An index that is made once and only read. ``add`` gives a larger one."""

    def __init__(self, keys: Keys, owners: NDArray[np.int32], numbers: Numbers, pairs: "Pairs") -> None:
        self._keys, self._owners, self._numbers, self._pairs = keys, owners, numbers, pairs

    @classmethod
    def build(cls, blocks: Iterable[tuple[Sequence[Filed], Sequence[int]]]) -> "NameIndex":
        """An index of names that come in blocks; the numbers are what is answered for each name."""
        keys, owners, numbers, pairs = [_NO_KEYS], [_NO_OWNERS], [_NO_NUMBERS], Pairs(_NO_PAIRS, _NO_NUMBERS)
        filed = 0
        for names, answers in blocks:
            some, whose = _keys(names, filed)
            keys.append(some)
            owners.append(whose)
            numbers.append(np.asarray(answers, np.int64))
            pairs = pairs.joined(Pairs.of([each.stem for each in names]))
            filed += len(names)
        return cls(*_sorted(np.concatenate(keys), np.concatenate(owners)), np.concatenate(numbers), pairs)

    def add(self, names: Sequence[Filed], numbers: Sequence[int]) -> "NameIndex":
        """The same with further names."""
        more = NameIndex.build([(names, numbers)])
        keys = np.concatenate([self._keys, more._keys])
        owners = np.concatenate([self._owners, more._owners + np.int32(len(self._numbers))])
        pairs = self._pairs.joined(more._pairs)
        return NameIndex(*_sorted(keys, owners), np.concatenate([self._numbers, more._numbers]), pairs)

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def bytes(self) -> int:
        """Memory held."""
        return int(self._keys.nbytes + self._owners.nbytes + self._numbers.nbytes + self._pairs.nbytes)

    def heard(self, pair: str) -> int:
        """How many times names hold these two characters side by side in brand or trade."""
        return self._pairs.count(pair)

    def near(self, asked: Sequence[Filed]) -> list[list[int]]:
        """For each name the numbers filed under any of its keys, each once."""
        if not len(self) or not asked:
            return [[] for _ in asked]
        keys, owners = _keys(asked, 0)
        headless, whose = _headless(asked)
        keys, owners = np.concatenate([keys, headless]), np.concatenate([owners, whose])
        first = np.searchsorted(self._keys, keys, "left")
        last = np.minimum(np.searchsorted(self._keys, keys, "right"), first + MOST)
        found: list[dict[int, None]] = [{} for _ in asked]
        for one, start, end in zip(owners.tolist(), first.tolist(), last.tolist(), strict=True):
            if start < end:
                found[one].update(dict.fromkeys(self._owners[start:end].tolist()))
        return [self._numbers[list(each)].tolist() if each else [] for each in found]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of neighbouring characters, sorted, and how often each occurs."""

    pairs: NDArray[np.uint64]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, stems: Sequence[str]) -> "Pairs":
        """The pairs in these texts."""
        if not stems:
            return cls(_NO_PAIRS, _NO_NUMBERS)
        padded = _padded(stems).astype(np.uint64)
        first, second = padded[:, :-1], padded[:, 1:]
        return cls(*np.unique((first * np.uint64(1 << 32) + second)[second > 0], return_counts=True))

    def joined(self, other: "Pairs") -> "Pairs":
        """Both together."""
        pairs, where = np.unique(np.concatenate([self.pairs, other.pairs]), return_inverse=True)
        counts = np.bincount(where, np.concatenate([self.counts, other.counts])).astype(np.int64)
        return Pairs(pairs, counts)

    def count(self, pair: str) -> int:
        """How often one occurs."""
        wanted = np.uint64(ord(pair[0]) << 32 | ord(pair[1]))
        at = int(np.searchsorted(self.pairs, wanted))
        return int(self.counts[at]) if at < len(self.pairs) and self.pairs[at] == wanted else 0

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return int(self.pairs.nbytes + self.counts.nbytes)


def _padded(texts: Sequence[str]) -> NDArray[np.uint32]:
    return np.array(texts, dtype=f"U{WIDTH}").view(np.uint32).reshape(len(texts), WIDTH)


def _sorted(keys: Keys, owners: NDArray[np.int32]) -> tuple[Keys, NDArray[np.int32]]:
    order = np.argsort(keys, kind="stable")
    return keys[order], owners[order]


def _keys(names: Sequence[Filed], start: int) -> tuple[Keys, NDArray[np.int32]]:
    """Every key of the names and the place of its name, counted from ``start``."""
    if not names:
        return _NO_KEYS, _NO_OWNERS
    who = np.arange(start, start + len(names), dtype=np.int32)
    city = np.array([int(each.city or 0) for each in names], np.uint64)
    stems = _Hashed([each.stem for each in names])
    brands = _Hashed([each.brand for each in names])
    lengths, left_out = stems.without_each()
    places, columns = np.nonzero(lengths)
    keys = [
        _mixed(stems.whole, _STEM),
        _mixed(left_out[places, columns], _STEM),
        _mixed(stems.whole + city * _MIX, _CITY),
        _mixed(brands.whole, _BRAND),
        _mixed(brands.whole + city * _MIX, _BRAND_CITY),
    ]
    return np.concatenate(keys), np.concatenate([who, who[places], who, who, who])


def _headless(names: Sequence[Filed]) -> tuple[Keys, NDArray[np.int32]]:
    """Keys of the stems without their first characters: what stands there may be a place written wrongly."""
    cut = [(who, each.stem[n:]) for who, each in enumerate(names) for n in range(1, 5) if len(each.stem) - n >= 4]
    if not cut:
        return _NO_KEYS, _NO_OWNERS
    return _mixed(_Hashed([stem for _, stem in cut]).whole, _STEM), np.array([who for who, _ in cut], np.int32)


class _Hashed:
    """Rolling hashes of texts, in whole and with each one character left out."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.sizes = np.array([min(len(text), WIDTH) for text in texts], np.int64)
        padded = _padded(texts).astype(np.uint64)
        powers = np.cumprod(np.full(WIDTH, _BASE, np.uint64), dtype=np.uint64)
        self.sums: NDArray[np.uint64] = np.cumsum(padded * powers, axis=1, dtype=np.uint64)
        self.whole: NDArray[np.uint64] = self.sums[:, -1]

    def without_each(self) -> tuple[NDArray[np.bool_], NDArray[np.uint64]]:
        """Where a character may be left out, and the hash of the text without it."""
        before = np.zeros_like(self.sums)
        before[:, 1:] = self.sums[:, :-1]
        left_out = before + (self.whole[:, None] - self.sums) * _BACK
        columns = np.arange(WIDTH)[None, :]
        inside = (columns < self.sizes[:, None]) & (self.sizes[:, None] >= EDITED_MIN)
        return inside, left_out


def _mixed(hashes: NDArray[np.uint64], seed: np.uint64) -> Keys:
    mixed: Any = (hashes ^ (hashes >> np.uint64(29))) * _MIX + seed
    mixed = (mixed ^ (mixed >> np.uint64(32))) * _MIX
    answer: Keys = (mixed >> np.uint64(32)).astype(np.uint32)
    return answer
