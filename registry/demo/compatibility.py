"""A fictional list of what was tested with what: chips, systems, databases and middleware of the demo's catalogue."""

import csv
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import Session

from registry.demo.firms import DemoFirm
from registry.demo.products import KINDS, catalogue_labels
from registry.policies import Actor
from registry.products.combinations import CombinationReader
from registry.services.products.compatibility import PublishedList, bring_list

TITLE = "示例适配名单（虚构，仅供演示）"
PUBLISHER = "示例适配中心"
COLUMNS = ("芯片", "操作系统", "数据库", "中间件", "适配状态", "测试日期")
STATES = ("已适配", "已适配", "已适配", "适配中", "已适配", "不兼容")
EACH = 8
"""So many chips are tested with so many systems."""
_CHIPS, _SYSTEMS, _DATABASES, _MIDDLEWARE = (0,), (2, 3), (4, 5), (6,)
"""Places of the kinds in ``KINDS``."""


def bring_compatibility(
    session: Session, firms: Sequence[DemoFirm], *, today: date, archive_dir: Path, actor: Actor
) -> None:
    """Bring the list in as a published one comes: a file, archived, every record at its row."""
    rows = list(compatibility_rows(firms, today=today))
    if not rows:
        return
    reader = CombinationReader(COLUMNS)
    found = [reader.read("", number, cells) for number, cells in enumerate(rows, start=2)]
    with tempfile.TemporaryDirectory(prefix="registry-demo-") as folder:
        path = Path(folder) / "示例适配名单.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(rows)
        content = path.read_bytes()
        given = PublishedList(
            path=path,
            filename=path.name,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            media_type="text/csv",
            title=TITLE,
            publisher=PUBLISHER,
            combinations=[each for each in found if each is not None],
            left_out=0,
        )
        bring_list(session, given=given, actor=actor, archive_dir=archive_dir)


def compatibility_rows(firms: Sequence[DemoFirm], *, today: date) -> Iterator[tuple[str, ...]]:
    """The rows as printed; the same firms and day give the same."""
    labels = catalogue_labels(firms)

    def of(places: tuple[int, ...]) -> list[str]:
        return [label for place in places for label in labels[KINDS[place].category]][:EACH]

    chips, systems, databases, middleware = map(of, (_CHIPS, _SYSTEMS, _DATABASES, _MIDDLEWARE))
    for at, chip in enumerate(chips):
        for step, system in enumerate(systems):
            # Not everything was tested with everything.
            if (at * 3 + step) % 4 == 3:
                continue
            tested = today - timedelta(days=30 + 11 * at + 7 * step)
            yield (
                chip,
                system,
                databases[(at + step) % len(databases)] if databases and (at + step) % 3 else "",
                middleware[step % len(middleware)] if middleware and at % 2 else "",
                STATES[(at + 2 * step) % len(STATES)],
                tested.isoformat(),
            )
