"""The application with a small registry: three firms, each with a title of one announcement."""

from collections.abc import Iterator
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.db import transaction
from registry.models import Batch, Enterprise, EnterpriseAddress, EnterpriseName, Listing
from registry.services.keys import provisional_key
from registry.settings import Settings
from registry.vocabulary import BatchState, IdentityState, NameKind
from tests.support.apps import running

FIRM = "91440300MA5EXAMP5U"
NAMES = ("深圳示例甲电子有限公司", "深圳示例乙电子有限公司", '<b>示例</b>"丙"有限公司')


@pytest.fixture
def client(sqlite_engine: Engine, sqlite_settings: Settings) -> Iterator[TestClient]:
    """Speaks https; follows no redirect; a fault comes back as its answer."""
    with transaction(sqlite_engine) as session:
        fill(session)
    with running(sqlite_settings.model_copy(update={"embedded_worker": False})) as client:
        yield client


def fill(session: Session) -> None:
    """Three plainly fictional firms with a title of one announcement."""
    batch = Batch(
        directory_code="little_giant",
        year=2024,
        label="第六批",
        title="示例公告",
        document_no="示例〔2024〕1号",
        announced_on=date(2024, 9, 2),
        state=BatchState.FINAL,
    )
    session.add(batch)
    session.flush()
    for number, name in enumerate(NAMES):
        add_firm(session, batch, name, FIRM if number == 0 else None)


def add_firm(session: Session, batch: Batch, name: str, uscc: str | None) -> None:
    """One firm of Shenzhen, valid title for three years."""
    identity = IdentityState.IDENTIFIED if uscc else IdentityState.PROVISIONAL
    firm = Enterprise(identity=identity, uscc=uscc, name_zh=name, region_code="440300", city_code="440300")
    session.add(firm)
    session.flush()
    session.add(EnterpriseName(enterprise_id=firm.id, name=name, folded=name, kind=NameKind.CURRENT))
    for key in (uscc, provisional_key(firm.id)):
        if key is not None:
            session.add(EnterpriseAddress(key=key, enterprise_id=firm.id))
    session.add(
        Listing(
            enterprise_id=firm.id,
            directory_code="little_giant",
            batch_id=batch.id,
            name_as_announced=name,
            valid_from=date(2024, 9, 2),
            valid_to=date(2027, 9, 1),
        )
    )
    session.flush()
