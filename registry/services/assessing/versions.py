"""Which firms are judged by which version: by procedure, day and the place each is registered in."""

from collections import defaultdict
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import InvalidInput
from registry.models import Enterprise
from registry.services.assessing.gathering import Ids
from registry.tiering.selection import choose
from registry.tiering.standard import Procedure, Standard


def versions_by_place(
    session: Session, *, ids: Ids, code: str, procedure: Procedure, as_of: date, among: tuple[Standard, ...]
) -> list[tuple[Standard, Ids]]:
    """Every version that applies to some of these firms, with the firms it applies to.

    A firm whose place is unknown is judged by what holds everywhere; firms of a place where nothing applies are left
    out.
    Raises InvalidInput as ``choose`` does when nothing applies to anybody.
    """
    places: dict[str | None, list[int]] = defaultdict(list)
    asked = set(ids.tolist())
    for number, place in session.execute(select(col(Enterprise.id), col(Enterprise.region_code))):
        if number in asked:
            places[place].append(number)
    found: dict[str, tuple[Standard, list[int]]] = {}
    refused: InvalidInput | None = None
    for place, numbers in places.items():
        try:
            standard = choose(code, procedure=procedure, as_of=as_of, region_code=place, among=among)
        except InvalidInput as error:
            refused = error
            continue
        found.setdefault(standard.id, (standard, []))[1].extend(numbers)
    if not found and refused is not None:
        raise refused
    return [(standard, np.array(sorted(numbers), dtype=np.int64)) for standard, numbers in found.values()]
