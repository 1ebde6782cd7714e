"""How the registry is doing: ages from the newest final announcement, lag from the oldest change that waits."""

from datetime import timedelta

from sqlmodel import Session

from registry import clock
from registry.models import IndexOutbox, Job
from registry.schemas.status import ListAge, Status
from registry.search.embedded import EmbeddedEngine
from registry.services import status
from registry.settings import Settings
from registry.vocabulary import BatchState, JobState
from tests.factories import a_batch, a_listing, an_enterprise

NOT_FINAL = (BatchState.DRAFT, BatchState.PUBLIC_NOTICE, BatchState.SUPERSEDED)


def _read(session: Session, settings: Settings) -> Status:
    return status.status(session, EmbeddedEngine(settings.index_dir))


def _age(found: Status) -> ListAge:
    return next(row for row in found.lists if row.code == "little_giant")


def test_a_list_is_as_old_as_its_newest_final_announcement(session: Session, settings: Settings) -> None:
    today = clock.today()
    assert (_age(_read(session, settings)).days, _age(_read(session, settings)).batch_id) == (None, None)
    older = a_batch(announced_on=today - timedelta(days=400))
    newest = a_batch(announced_on=today - timedelta(days=40))
    coming = a_batch(announced_on=today + timedelta(days=1))
    others = [a_batch(state=state, announced_on=today) for state in NOT_FINAL]
    firm = an_enterprise()
    session.add_all([newest, older, coming, firm, *others])
    session.flush()
    session.add(a_listing(firm, newest, valid_from=today - timedelta(days=40), valid_to=today + timedelta(days=900)))
    session.flush()
    found = _age(_read(session, settings))
    assert (found.days, found.batch_id, found.held) == (40, newest.id, 1)


def test_the_lag_is_that_of_the_oldest_change_that_waits(session: Session, settings: Settings) -> None:
    assert _read(session, settings).index.lag_seconds == 0
    now = clock.now()
    for seconds in (30, 500, 60):
        session.add(IndexOutbox(kind="enterprise", subject_id=1, queued_at=now - timedelta(seconds=seconds)))
    session.flush()
    found = _read(session, settings).index
    assert (found.waiting, found.enterprises, found.day) == (3, None, None)
    assert 500 <= found.lag_seconds < 600


def test_background_work_is_counted_by_its_state(session: Session, settings: Settings) -> None:
    states = (JobState.QUEUED, JobState.QUEUED, JobState.RUNNING, JobState.FAILED, JobState.DONE, JobState.CANCELLED)
    for number, state in enumerate(states):
        session.add(Job(kind="example", key=str(number), payload={}, state=state, actor="示例"))
    session.flush()
    found = _read(session, settings).jobs
    assert (found.queued, found.running, found.failed) == (2, 1, 1)
