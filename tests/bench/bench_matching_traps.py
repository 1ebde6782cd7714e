"""Whether a firm is ever taken for another of almost its name: ``python -m tests.bench.bench_matching_traps [most]``.

Among some 259,000 published names there are tens of thousands of pairs of different firms one edit apart. Each of a
pair is asked for while it is not in the registry and the other is: whatever is accepted then is wrong. Pairs that
differ only in how one name is written (深圳/深圳市, a legal form left out) are counted apart: no two firms of one
place may bear them, they are one firm listed twice. Skipped without the published files.
"""

import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from registry.identity import fold_name
from registry.matching.certainty import DRESS, Asked, Offered
from registry.matching.finding import find
from registry.matching.index import NameIndex, filed
from registry.matching.parts import Parts, parts_of
from tests.bench.matching_cases import SEED, other_names, registrations
from tests.support import machine

NO_FIRMS = ("职位", "号楼", "慧财", "理财")
"""Entries of the lists that are no names of firms: posts held, buildings, accounts."""
ONE_FIRM = DRESS | {"form:form_missing", "form:form_variant"}
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class World:
    """Every name, taken apart, the index of all of them, and which of them have a code of their own."""

    parts: list[Parts]
    coded: list[bool]
    index: NameIndex


def main() -> None:
    """Build, ask, print."""
    folder = machine.published_files()
    if folder is None:
        print("  skipped: the published files are not there", flush=True)
        return
    firms = [fold_name(firm.name) for firm in registrations(folder)]
    names = list(dict.fromkeys([*firms, *map(fold_name, other_names(folder))]))
    parts = [parts_of.__wrapped__(name) for name in names]
    index = NameIndex.build([([filed(each) for each in parts], range(len(parts)))])
    coded = len(set(firms))
    world = World(parts, [number < coded for number in range(len(names))], index)
    traps = [pair for pair in twins(names) if not any(word in names[pair[0]] for word in NO_FIRMS)]
    random.Random(SEED).shuffle(traps)  # noqa: S311 - a repeatable sample, no secret
    most = int(sys.argv[1]) if len(sys.argv) > 1 else len(traps)
    show(world, traps[:most])


def twins(names: list[str]) -> Iterator[tuple[int, int]]:
    """Pairs of names one edit apart, either way round."""
    place = {name: number for number, name in enumerate(names)}
    blotted: dict[int, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        for at in range(len(name)):
            blotted[hash((name[:at], name[at + 1 :]))].append(number)
            shorter = place.get(name[:at] + name[at + 1 :])
            swapped = place.get(name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :])
            for other in (shorter, swapped):
                if other is not None and other != number:
                    yield number, other
                    yield other, number
    for alike in blotted.values():
        for one in alike[:200]:
            for other in alike[:200]:
                if one != other and len(names[one]) == len(names[other]):
                    yield one, other


def show(world: World, traps: list[tuple[int, int]]) -> None:
    """Ask for the first of every pair without it, and say what was accepted."""
    begun, seen, wrong = time.process_time(), Counter[str](), list[str]()
    for start in range(0, len(traps), CHUNK):
        chunk = traps[start : start + CHUNK]
        near = world.index.near([filed(world.parts[absent]) for absent, _ in chunk])
        for (absent, twin), numbers in zip(chunk, near, strict=True):
            taken = _taken(world, absent, [number for number in numbers if number != absent])
            seen["asked"] += 1
            seen["both with a code of their own"] += world.coded[absent] and world.coded[twin]
            if taken is not None:
                number, codes = taken
                seen["one firm written twice" if codes <= ONE_FIRM else "wrong"] += 1
                if not codes <= ONE_FIRM:
                    wrong.append(f"{world.parts[absent].folded} → {world.parts[number].folded} {sorted(codes)}")
    for line in sorted(set(wrong)):
        print(f"  ACCEPTED {line}", flush=True)
    rate = len(traps) / max(0.001, time.process_time() - begun)
    print(f"  traps {dict(seen)}, {rate:,.0f} a second of cpu", flush=True)


def _taken(world: World, absent: int, numbers: list[int]) -> tuple[int, frozenset[str]] | None:
    own = world.parts[absent].stem[:24]
    pairs = Counter(own[at : at + 2] for at in range(len(own) - 1))
    offered = (Offered(number, world.parts[number]) for number in numbers)
    found = find(Asked(world.parts[absent]), offered, lambda pair: world.index.heard(pair) - pairs[pair])
    return (found.accepted.offered.number, found.accepted.comparison.codes) if found.accepted else None


if __name__ == "__main__":
    main()
