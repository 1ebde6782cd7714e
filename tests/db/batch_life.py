"""What the tests of the life of a batch share: officials, a draft with firms, the days around today."""

from datetime import date, timedelta

from sqlmodel import Session

from registry import clock
from registry.models import Batch, Enterprise, EnterpriseAddress, ImportRow, ImportRun, Listing, SourceFile
from registry.policies import Actor, Grant
from registry.services.batch_life.acts import make_final, publish_notice, start_batch
from registry.services.keys import provisional_key
from registry.vocabulary import ImportState, Role, RowOutcome
from tests.factories import an_enterprise

DIRECTORY = "little_giant"
FIRST = Actor(1, "甲", (Grant(Role.CURATOR, "440000", DIRECTORY),))
SECOND = Actor(2, "乙", (Grant(Role.CURATOR, "440000"),))
CITY = Actor(3, "丙", (Grant(Role.CURATOR, "440300", DIRECTORY),))
WHY = "示例理由"


def day(offset: int) -> date:
    """So many days from today."""
    return clock.today() + timedelta(days=offset)


def a_draft(
    session: Session, names: tuple[str, ...] = ("示例甲公司", "示例乙公司", "示例丙公司"), **given: str
) -> Batch:
    """A draft that lists firms of these names, each with an archived row that states no day."""
    batch = start_batch(
        session, directory=DIRECTORY, year=2026, label=given.pop("label", "示例批"), actor=FIRST, reason=WHY
    )
    fill(session, batch, names, **given)
    return batch


def fill(session: Session, batch: Batch, names: tuple[str, ...], city: str = "440300") -> list[Listing]:
    """Rows of an import in a batch."""
    file = SourceFile(sha256=f"{batch.id:064d}", filename="示例.csv", media_type="text/csv", size=1)
    session.add(file)
    session.flush()
    run = ImportRun(
        source_file_id=file.id,
        directory_code=batch.directory_code,
        batch_id=batch.id,
        options_hash=f"{batch.id}",
        state=ImportState.WRITTEN,
        understood={},
        counts={},
        actor="测试",
    )
    session.add(run)
    session.flush()
    return [add_row(session, batch, run.id, number, name, city) for number, name in enumerate(names, start=1)]


def add_row(session: Session, batch: Batch, import_id: int, number: int, name: str, city: str) -> Listing:
    """One firm, its archived row and its title."""
    firm: Enterprise = an_enterprise(name_zh=name)
    session.add(firm)
    session.flush()
    for key in (firm.uscc or "", provisional_key(firm.id)):
        session.add(EnterpriseAddress(key=key, enterprise_id=firm.id))
    row = ImportRow(
        import_id=import_id,
        row_number=number + 1,
        cells=[name],
        facts={"name": name, "uscc": firm.uscc, "city_code": city},
        outcome=RowOutcome.NEW,
        enterprise_id=firm.id,
    )
    session.add(row)
    session.flush()
    listing = Listing(
        enterprise_id=firm.id,
        directory_code=batch.directory_code,
        batch_id=batch.id,
        name_as_announced=name,
        valid_from=date(2026, 1, 1),
        valid_to=date(2028, 12, 31),
        import_row_id=row.id,
    )
    session.add(listing)
    session.flush()
    return listing


def in_notice(session: Session, batch: Batch, *, begins: int = -10, ends: int = -1) -> Batch:
    """Its public notice, opened by the first official; over since yesterday unless said otherwise."""
    return publish_notice(
        session, batch_id=batch.id, notice_from=day(begins), notice_to=day(ends), actor=FIRST, reason=WHY
    )


def final(session: Session, batch: Batch, *, actor: Actor = SECOND) -> Batch:
    """The batch announced today."""
    return make_final(
        session, batch_id=batch.id, announced_on=day(0), document_no="示信函〔2026〕9号", actor=actor, reason=WHY
    )
