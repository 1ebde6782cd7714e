"""Many rows at once, on both engines."""

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry import clock
from registry.db import transaction
from registry.models import Enterprise
from registry.services.imports.bulk import ROWS_A_STATEMENT, insert_values, point_rows
from registry.vocabulary import IdentityState, OperatingStatus


def test_rows_are_pointed_in_runs_and_one_by_one_and_no_other_row_is_touched(engine: Engine) -> None:
    columns = ("identity", "name_zh", "operating_status", "revision", "created_at", "updated_at")
    with transaction(engine) as session:
        at = clock.now()
        row = (IdentityState.PROVISIONAL, "示例公司", OperatingStatus.UNKNOWN, 1, at, at)
        insert_values(session, Enterprise, columns, [row] * 9)
        first = min(session.scalars(select(col(Enterprise.id))).all())
        pairs = {first: 101, first + 1: 102, first + 2: 103, first + 4: 105, first + 5: 90, first + 7: 92}

        point_rows(session, Enterprise, "registered_capital_cny", pairs.items())

        rows = session.execute(select(col(Enterprise.id), col(Enterprise.registered_capital_cny))).all()
        found = {number: capital for number, capital in rows}
    assert found == dict.fromkeys(range(first, first + 9)) | pairs


def test_rows_of_several_statements_all_arrive_in_their_order(engine: Engine) -> None:
    count = 2 * ROWS_A_STATEMENT + 1
    columns = ("identity", "name_zh", "website", "operating_status", "revision", "created_at", "updated_at")
    with transaction(engine) as session:
        common = (OperatingStatus.UNKNOWN, 1, clock.now(), clock.now())
        names = [f"示例{number}公司" for number in range(count)]
        rows = ((IdentityState.PROVISIONAL, name, None, *common) for name in names)
        insert_values(session, Enterprise, columns, rows)
        stored = session.execute(
            select(col(Enterprise.name_zh), col(Enterprise.website)).order_by(col(Enterprise.id))
        ).all()
    assert [tuple(row) for row in stored] == [(name, None) for name in names]
