"""The fictional catalogue of secure and reliable products: versions with grades, in three batches, one of them over."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session, col, select

from registry.demo.firms import DemoFirm
from registry.demo.words import MARK
from registry.identity import fold_name
from registry.models import Batch, Enterprise, Product, ProductListing
from registry.services import audit
from registry.services.imports.options import last_day
from registry.vocabulary import BatchState

DIRECTORY = "secure_product"
MONTHS = 36
CATEGORIES = {
    "3915": "安全设备",
    "6440": "安全软件",
    "6511": "数据库",
    "3911": "整机",
    "3973": "中央处理器",
    "6513": "办公软件",
}
BATCHES = ((1_300, "示例第一批"), (600, "示例第二批"), (150, "示例第三批"))
"""Age in days and label; the first has expired."""
MAKERS_A_BATCH = 40


def add_products(session: Session, firms: Sequence[DemoFirm], *, today: date, actor: str) -> int:
    """Write the catalogue; each maker lists a version of a product in each of its batches. Returns the entries."""
    makers = [firm for firm in firms if firm.line.industry_code in CATEGORIES]
    ids = _ids(session, [firm.uscc for firm in makers])
    entries = 0
    for number, (age, label) in enumerate(BATCHES):
        batch = _batch(session, today - timedelta(days=age), label, actor)
        for firm in makers[number * 20 : number * 20 + MAKERS_A_BATCH]:
            _list_product(session, firm, ids[firm.uscc], batch, version=number + 1)
            entries += 1
    session.flush()
    return entries


def _ids(session: Session, codes: list[str]) -> dict[str, int]:
    found = session.exec(select(Enterprise.uscc, Enterprise.id).where(col(Enterprise.uscc).in_(codes))).all()
    return {code: number for code, number in found if code is not None}


def _batch(session: Session, on: date, label: str, actor: str) -> Batch:
    batch = Batch(
        directory_code=DIRECTORY,
        year=on.year,
        label=label,
        title=f"{label}安全可靠重点产品目录（虚构，仅供演示）",
        document_no=f"示安函〔{on.year}〕{on.month}号",
        announced_on=on,
        state=BatchState.FINAL,
    )
    session.add(batch)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="batch.announced",
        subject_kind="batch",
        subject_key=str(batch.id),
        after={"directory": DIRECTORY, "label": label},
        reason="示例（虚构）",
    )
    return batch


def _list_product(session: Session, firm: DemoFirm, enterprise_id: int, batch: Batch, *, version: int) -> None:
    name = f"{MARK}{firm.brand}{firm.line.product}"
    product = Product(
        enterprise_id=enterprise_id,
        maker_name=firm.name,
        name=name,
        folded=fold_name(name),
        version=f"V{version}.{firm.number % 10}",
        category=CATEGORIES[firm.line.industry_code],
    )
    session.add(product)
    session.flush()
    begins = batch.announced_on or date(batch.year, 1, 1)
    session.add(
        ProductListing(
            product_id=product.id,
            directory_code=DIRECTORY,
            batch_id=batch.id,
            name_as_announced=f"{name} {product.version}",
            grade=firm.number % 3 + 1,
            valid_from=begins,
            valid_to=last_day(begins, MONTHS),
        )
    )
