"""A small fictional population for search: every way a name can be typed has a firm that shows it."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.db import transaction
from registry.identity.names import fold_name
from registry.models import Enterprise, EnterpriseAddress, EnterpriseChain, EnterpriseName, IndexOutbox
from registry.services.keys import provisional_key
from registry.vocabulary import NameKind
from tests.factories import a_batch, a_listing, an_enterprise


def add_enterprise(
    session: Session,
    name: str,
    *,
    former: Iterable[tuple[str, date | None, date | None]] = (),
    short: Iterable[str] = (),
    chains: Iterable[str] = (),
    **facts: object,
) -> Enterprise:
    """An enterprise with its names and address, as the services write it."""
    enterprise = an_enterprise(name_zh=name, **facts)
    session.add(enterprise)
    session.flush()
    key = enterprise.uscc or provisional_key(enterprise.id)
    session.add(EnterpriseAddress(key=key, enterprise_id=enterprise.id))
    add_name(session, enterprise, name, NameKind.CURRENT)
    for old, start, end in former:
        add_name(session, enterprise, old, NameKind.FORMER, valid_from=start, valid_to=end)
    for alias in short:
        add_name(session, enterprise, alias, NameKind.SHORT)
    session.add_all(EnterpriseChain(enterprise_id=enterprise.id, chain_code=c, basis="declared") for c in chains)
    session.flush()
    return enterprise


def add_name(
    session: Session,
    enterprise: Enterprise,
    name: str,
    kind: NameKind,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> None:
    """One more name of an enterprise."""
    row = EnterpriseName(enterprise_id=enterprise.id, name=name, folded=fold_name(name), kind=kind)
    row.valid_from, row.valid_to = valid_from, valid_to
    session.add(row)


def changed(session: Session, *enterprises: Enterprise) -> None:
    """What every use case does after a change."""
    session.add_all(IndexOutbox(kind="enterprise", subject_id=e.id) for e in enterprises)


def fill(engine: Engine) -> dict[str, int]:
    """The population. Returns the enterprises’ numbers by a short handle."""
    with transaction(engine) as session:
        firms = {
            "xing": add_enterprise(
                session, "深圳市星澜光电技术有限公司", short=["星澜光电"], chains=["new_display"],
                name_en="Shenzhen Xinglan Optoelectronics Co., Ltd.", stock_code="300999.SZ",
            ),
            "xing2": add_enterprise(session, "广州星澜餐饮管理有限公司", city_code="440100", region_code="440106"),
            "han": add_enterprise(session, "中科寒岳纪科技股份有限公司", chains=["integrated_circuits"]),
            "old": add_enterprise(
                session, "珠海新名示例电子有限公司", city_code="440400", region_code="440402",
                former=[("珠海旧称示例仪器有限公司", date(2010, 1, 1), date(2019, 12, 31))],
            ),
            "qian": add_enterprise(session, "厦门乾朗光电股份有限公司", city_code="350200", region_code="350203"),
            "paren": add_enterprise(session, "某例智能（上海）有限公司", city_code="310000", region_code="310115"),
            "latin": add_enterprise(session, "ＴＣＱ华例科技集团有限公司", city_code="441300", region_code="441302"),
            "gone": add_enterprise(session, "深圳市撤回示例有限公司"),
            "bare": add_enterprise(
                session, "佛山市无码示例机器人有限公司", uscc=None, city_code="440600", region_code="440605"
            ),
        }  # fmt: skip
        lists = {
            "little_giant": a_batch(directory_code="little_giant", label="第五批", title="第五批示例公告"),
            "hte": a_batch(directory_code="hte", label="2024年第一批", title="示例高企公告"),
            "srdi_sme": a_batch(directory_code="srdi_sme", label="2021年第一批", title="示例公告", year=2021),
        }
        session.add_all(lists.values())
        session.flush()
        old_days = {"valid_from": date(2019, 1, 1), "valid_to": date(2021, 12, 31)}
        session.add_all(
            [
                a_listing(firms["xing"], lists["little_giant"]),
                a_listing(firms["xing"], lists["hte"]),
                a_listing(firms["han"], lists["hte"]),
                a_listing(firms["old"], lists["srdi_sme"], **old_days),
                a_listing(firms["qian"], lists["little_giant"], withdrawn_on=date(2025, 1, 1)),
            ]
        )
        return {handle: enterprise.id for handle, enterprise in firms.items()}
