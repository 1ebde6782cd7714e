"""The limit: totals and facets as bare intersections of roaring bitmaps, rows as the first numbers by standing.

No ranking, no reasons, no updates, no texts of the rows: what no engine can be faster than. Rows file as argument,
questions on stdin; runs in a Python of its own.
"""

import json
import sqlite3
import sys
import time
from array import array
from collections import defaultdict
from functools import reduce
from itertools import islice
from operator import and_
from typing import Any

from pyroaring import BitMap  # type: ignore[import-not-found]

FACETS = ("directory", "city", "chain", "level", "status")
REPEATS = 5


class Bitmaps:
    """Documents numbered by falling standing; a bitmap for each pair of characters, whole value and facet value."""

    def __init__(self, path: str) -> None:
        terms: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("I"))
        columns = f"name, short, products, uscc, reading, initials, {', '.join(FACETS)}"
        number = -1
        with sqlite3.connect(path) as source:
            rows = source.execute(f"SELECT {columns} FROM firm ORDER BY standing DESC, id")  # noqa: S608 - constants
            for number, row in enumerate(rows):
                name, short, products, code, reading, initials = row[:6]
                for text in (name, short, products):
                    for pair in {text[i : i + 2] for i in range(len(text) - 1)} if text else ():
                        terms["pair", pair].append(number)
                for field, value in (("name", name), ("code", code), ("reading", reading), ("initials", initials)):
                    terms[field, value].append(number)
                terms["beginning", code[:12]].append(number)
                for facet, value in zip(FACETS, row[6:], strict=True):
                    if value is not None:
                        terms[facet, value].append(number)
        self.everything = BitMap(range(number + 1))
        self.terms = {term: BitMap(sorted(set(numbers))) for term, numbers in terms.items()}
        self.facets = {facet: {v: b for (f, v), b in self.terms.items() if f == facet} for facet in FACETS}

    def ask(self, kind: str, question: dict[str, Any]) -> int:
        """Total; facets and twenty rows are worked out as well."""
        found = reduce(and_, [self._get(*term) for term in _terms(kind, question)], self.everything)
        for values in self.facets.values():
            for bitmap in values.values():
                bitmap.intersection_cardinality(found)
        list(islice(found, 20))
        return len(found)

    def _get(self, field: str, value: str) -> BitMap:
        return self.terms.get((field, value)) or BitMap()


def _terms(kind: str, question: dict[str, Any]) -> list[tuple[str, str]]:
    text = question["text"]
    whole = {"exact name": "name", "credit code": "code", "pinyin": "reading", "initials": "initials"}
    found = list(question["filters"].items())
    if kind in whole:
        return [*found, (whole[kind], text)]
    if kind == "code beginning":
        return [*found, ("beginning", text)]
    return found + [("pair", text[i : i + 2]) for i in range(len(text) - 1)]


def main() -> None:
    """Build, ask; the last line printed is the result."""
    bitmaps = Bitmaps(sys.argv[1])
    result = {}
    for kind, questions in json.load(sys.stdin).items():
        taken, hits = [], []
        for question in questions * REPEATS:
            begun = time.perf_counter()
            hits.append(bitmaps.ask(kind, question))
            taken.append((time.perf_counter() - begun) * 1000)
        result[kind] = {"milliseconds": taken, "hits": sorted(hits)[len(hits) // 2]}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
