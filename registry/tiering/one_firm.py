"""From a figures file to a population of one."""

from datetime import date
from typing import Any

import numpy as np

from registry.tiering.figures import FACTS
from registry.tiering.figures_file import FiguresFile
from registry.tiering.population import Population


def population_from_file(file: FiguresFile, *, as_of: date | None = None) -> Population:
    """The population of the one enterprise of a figures file. ``as_of`` is the day if the file names none.

    Raises ValueError when neither names a day.
    """
    day = file.as_of or as_of
    if day is None:
        raise ValueError("neither the file nor the caller names a day")
    firm = file.enterprise
    plain = {one.name for one in FACTS if one.kind != "text"}
    facts: dict[str, Any] = {name: [value] for name, value in file.facts.items() if name in plain}
    facts["founded_on"] = [firm.founded_on]
    facts["region_code"] = [firm.region_code]
    facts["industry_code"] = [firm.industry_code]
    facts["listed_market"] = [firm.listed_market]
    titles: dict[str, tuple[list[int], list[date | None], list[date | None]]] = {}
    for title in firm.titles or ():
        rows, begins, ends = titles.setdefault(title.directory, ([], [], []))
        rows.append(0)
        begins.append(title.valid_from)
        ends.append(title.valid_to)
    return Population.from_columns(
        size=1,
        as_of=day,
        procedure=file.procedure,
        figures={(name, year): [value] for year, one in file.annual.items() for name, value in one.items()},
        facts=facts,
        titles=titles,
        titles_known=np.array([firm.titles is not None]),
    )
