"""A small fictional catalogue: families with ended, ending and later versions, a public notice, an unknown category."""

from datetime import date

from sqlmodel import Session

from registry.identity import fold_name
from registry.models import Product, ProductListing
from registry.vocabulary import BatchState
from tests.factories import a_batch
from tests.support.population import add_enterprise

TODAY = date(2026, 5, 6)
ROWS = (
    # batch, name, version, category, maker in the province, grade
    ("old", "示例岚山数据库", "V8.0", "集中式数据库", True, 1),
    ("new", "示例岚山数据库", "V9.0", "集中式数据库", True, 2),
    ("new", "示例铸辰分布式数据库", "V3.0", "分布式数据库", False, 3),
    ("due", "示例澜服务器操作系统（内核5.10）", "V10", "服务器操作系统", True, 2),
    ("new", "示例启衡QH-3400", "", "中央处理器", True, None),
    ("notice", "示例启衡QH-3600", "", "中央处理器", True, 2),
    ("new", "示例安全网关", "V1", "安全网关设备", True, 1),
)
TERMS = {
    "old": (date(2023, 1, 1), date(2025, 12, 31), BatchState.FINAL),
    "due": (date(2023, 6, 1), date(2026, 5, 31), BatchState.FINAL),
    "new": (date(2025, 7, 1), date(2028, 6, 30), BatchState.FINAL),
    "notice": (date(2026, 5, 1), date(2029, 4, 30), BatchState.PUBLIC_NOTICE),
}


def fill_catalogue(session: Session) -> dict[str, int]:
    """Write it; the numbers of the products by name and version."""
    home = add_enterprise(session, "深圳市示例岚山软件有限公司", city_code="440300").id
    away = add_enterprise(session, "北方示例铸辰软件有限公司", city_code="110100").id
    batches = {}
    for name, (_, _, state) in TERMS.items():
        batches[name] = a_batch(directory_code="secure_product", label=f"示例{name}", state=state)
        session.add(batches[name])
    session.flush()
    numbers = {}
    for term, name, version, category, local, grade in ROWS:
        product = Product(
            enterprise_id=home if local else away,
            maker_name="深圳市示例岚山软件有限公司" if local else "北方示例铸辰软件有限公司",
            name=name,
            folded=fold_name(name),
            version=version,
            category=category,
        )
        session.add(product)
        session.flush()
        begin, end, _ = TERMS[term]
        session.add(
            ProductListing(
                product_id=product.id,
                directory_code="secure_product",
                batch_id=batches[term].id,
                name_as_announced=name,
                category=category,
                grade=grade,
                valid_from=begin,
                valid_to=end,
            )
        )
        numbers[f"{name} {version}".strip()] = product.id
    session.flush()
    return numbers
