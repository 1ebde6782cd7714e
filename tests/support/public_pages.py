"""A small fictional registry for the public pages: two lists brought in as files, a public notice, figures, names."""

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import Session

from import_scripts.reading import open_file
from registry.clock import today
from registry.db import transaction
from registry.models import Batch, Enterprise, EnterpriseChain, EnterpriseName, Listing, Product
from registry.policies import EVERYWHERE, Actor, Grant
from registry.schemas.imports import ImportOptions
from registry.services.imports.staging import stage
from registry.services.imports.writing import write
from registry.services.indexing import rebuild, search_engine
from registry.services.resolving import resolve
from registry.settings import Settings
from registry.vocabulary import BatchState, NameKind, OperatingStatus, Role, Trust
from tests.factories import a_figure, a_uscc

CURATOR = Actor(None, "示例导入", (Grant(Role.ADMINISTRATOR, EVERYWHERE), Grant(Role.CURATOR, EVERYWHERE)))
STAR, MOON, TREE = "深圳市示例星河微电子有限公司", "示例月明集成电路（广州）有限公司", "东莞示例林木电子有限公司"
CODES = {STAR: a_uscc(700_001), MOON: a_uscc(700_002, "440100"), TREE: a_uscc(700_003, "441900")}
OLD_NAME = "深圳市示例旧河电子有限公司"
MANY = 30
"""Further firms, so that the search has a second page."""


def fill(engine: Engine, settings: Settings, folder: Path) -> None:
    """Write everything and build the index. One announcement is valid, one ends soon, one is in public notice."""
    now = today()
    with transaction(engine) as session:
        rows = [(STAR, "深圳市", "电源管理芯片"), (MOON, "广州市", "射频芯片"), (TREE, "东莞市", "电路板")]
        _bring_in(session, settings, folder, "little_giant", "第六批", now - timedelta(days=400), rows)
        first = rows[:1]
        _bring_in(session, settings, folder, "srdi_sme", "2023 年第一批", now - timedelta(days=3 * 365 + 1 - 40), first)
        more = [(f"佛山市示例众家{number:02}号电子有限公司", "佛山市", "连接器") for number in range(MANY)]
        _bring_in(session, settings, folder, "innovative_sme", "2026 年第一批", now - timedelta(days=30), more)
        _tell_more(session, now)
    rebuild(engine, search_engine(settings))


def key_of(name: str) -> str:
    """What stands behind /e/ for one of the three named firms."""
    return CODES[name]


def _bring_in(
    session: Session,
    settings: Settings,
    folder: Path,
    directory: str,
    label: str,
    on: date,
    rows: list[tuple[str, str, str]],
) -> None:
    lines = ["序号,企业名称,统一社会信用代码,所在市,主导产品"]
    for number, (name, city, product) in enumerate(rows, start=1):
        lines.append(f"{number},{name},{CODES.get(name) or a_uscc(710_000 + number, '440600')},{city},{product}")
    options = ImportOptions(
        directory=directory, batch=label, year=on.year, announced_on=on, document_no=f"示例〔{on.year}〕1号"
    )
    _write_list(session, settings, folder, options, lines)


def bring_products(session: Session, settings: Settings, folder: Path) -> int:
    """A product list of one firm that is there and one that is not; the number of its import."""
    lines = [
        "序号,产品名称,版本,产品类别,送测单位,安全可靠等级",
        f"1,示例星河操作系统,V10,桌面操作系统,{STAR},Ⅱ级",
        "2,示例新品数据库,V2.0,集中式数据库,示例新来软件有限公司,Ⅰ级",
    ]
    on = today() - timedelta(days=20)
    return _write_list(session, settings, folder, ImportOptions("secure_product", announced_on=on), lines)


def _write_list(session: Session, settings: Settings, folder: Path, options: ImportOptions, lines: list[str]) -> int:
    path = folder / f"{options.directory}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with open_file(path) as file:
        staged = stage(session, read_file=file, options=options, actor=CURATOR, archive_dir=settings.archive_dir)
    write(session, import_id=staged.import_id, actor=CURATOR)
    return staged.import_id


def _tell_more(session: Session, now: date) -> None:
    """Figures that agree and differ, a former name, a product, a chain, a title in public notice."""
    numbers = {name: resolve(session, key).enterprise_id for name, key in CODES.items()}
    star = session.get_one(Enterprise, numbers[STAR])
    star.operating_status = OperatingStatus.ACTIVE
    _put_on_notice(session, star, now)
    session.add_all(
        [
            EnterpriseName(
                enterprise_id=star.id,
                name=OLD_NAME,
                folded="深圳市示例旧河电子有限公司",
                kind=NameKind.FORMER,
                valid_from=date(2014, 1, 1),
                valid_to=date(2018, 8, 19),
                source="示例登记",
            ),
            EnterpriseChain(enterprise_id=star.id, chain_code="integrated_circuits", basis="declared"),
            Product(
                enterprise_id=star.id, maker_name=STAR, name="示例芯片 XH-PM9", folded="示例芯片xhpm9", category="芯片"
            ),
            a_figure(star, year=2024, value=186_400_000),
            a_figure(star, year=2024, value=189_000_000, trust=Trust.DECLARED, source="示例年报"),
            a_figure(star, year=2025, value=217_300_000),
            a_figure(star, year=2025, name="employees", value=0, trust=Trust.DECLARED),
        ]
    )


def _put_on_notice(session: Session, star: Enterprise, now: date) -> None:
    notice = Batch(
        directory_code="champion_national",
        year=now.year,
        label="第十批",
        title="示例第十批单项冠军名单（公示）",
        document_no=None,
        announced_on=None,
        notice_from=now - timedelta(days=3),
        notice_to=now + timedelta(days=7),
        state=BatchState.PUBLIC_NOTICE,
    )
    session.add(notice)
    session.flush()
    session.add(
        Listing(
            enterprise_id=star.id,
            directory_code="champion_national",
            batch_id=notice.id,
            name_as_announced=STAR,
            valid_from=now + timedelta(days=30),
            valid_to=now + timedelta(days=1000),
        )
    )
