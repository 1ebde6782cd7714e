"""Candidates among very many names without going through them: hashed keys in sorted NumPy arrays.

A name is filed under its stem (brand and trade, no place, no form), under the stem with each one character left out
(two stems one edit apart share one of these), under stem and city, and under its brand, with the city and alone.
Eight bytes a key, about eleven keys a name. A hash may file a name wrongly; whoever asks compares the names themselves.
"""

from collections.abc import Sequence
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
_BLOCK = 40_000
_BASE = np.uint64(0x9E3779B97F4A7C15)
_BACK = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))
_MIX = np.uint64(0xD6E8FEB86659FD93)
_STEM, _CITY, _BRAND, _BRAND_CITY = (np.uint64(seed * 0xA24BAED4963EE407 % (1 << 64)) for seed in (1, 2, 3, 4))

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

    def __init__(self, keys: Keys, owners: NDArray[np.int32], numbers: Numbers) -> None:
        self._keys, self._owners, self._numbers = keys, owners, numbers

    @classmethod
    def build(cls, names: Sequence[Filed], numbers: Sequence[int]) -> "NameIndex":
        """An index of these names; ``numbers`` are what is answered for each."""
        parts = [_keys(names[start : start + _BLOCK], start) for start in range(0, len(names), _BLOCK)]
        keys = np.concatenate([keys for keys, _ in parts]) if parts else np.empty(0, np.uint32)
        owners = np.concatenate([owners for _, owners in parts]) if parts else np.empty(0, np.int32)
        return cls(*_sorted(keys, owners), np.asarray(numbers, np.int64))

    def add(self, names: Sequence[Filed], numbers: Sequence[int]) -> "NameIndex":
        """The same with further names."""
        more = NameIndex.build(names, numbers)
        keys = np.concatenate([self._keys, more._keys])
        owners = np.concatenate([self._owners, more._owners + np.int32(len(self._numbers))])
        return NameIndex(*_sorted(keys, owners), np.concatenate([self._numbers, more._numbers]))

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def bytes(self) -> int:
        """Memory held."""
        return int(self._keys.nbytes + self._owners.nbytes + self._numbers.nbytes)

    def near(self, asked: Sequence[Filed]) -> list[list[int]]:
        """For each name the numbers filed under any of its keys, each once."""
        if not len(self) or not asked:
            return [[] for _ in asked]
        keys, owners = _keys(asked, 0)
        first = np.searchsorted(self._keys, keys, "left")
        last = np.minimum(np.searchsorted(self._keys, keys, "right"), first + MOST)
        found: list[dict[int, None]] = [{} for _ in asked]
        for one, start, end in zip(owners.tolist(), first.tolist(), last.tolist(), strict=True):
            if start < end:
                found[one].update(dict.fromkeys(self._owners[start:end].tolist()))
        return [self._numbers[list(each)].tolist() if each else [] for each in found]


def _sorted(keys: Keys, owners: NDArray[np.int32]) -> tuple[Keys, NDArray[np.int32]]:
    order = np.argsort(keys, kind="stable")
    return keys[order], owners[order]


def _keys(names: Sequence[Filed], start: int) -> tuple[Keys, NDArray[np.int32]]:
    """Every key of the names and the place of its name, counted from ``start``."""
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


class _Hashed:
    """Rolling hashes of texts, in whole and with each one character left out."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.sizes = np.array([min(len(text), WIDTH) for text in texts], np.int64)
        padded = np.array(texts, dtype=f"U{WIDTH}").view(np.uint32).reshape(len(texts), WIDTH).astype(np.uint64)
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
    return (mixed >> np.uint64(32)).astype(np.uint32)
