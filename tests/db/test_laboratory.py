"""The rule laboratory on both databases: what a trial says, and how a draft becomes a version nobody can change."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text as sql
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from registry.db import reading, transaction
from registry.errors import Conflict, FileRefused, InvalidInput, InvalidTransition, NotAllowed, StorageUnavailable
from registry.models import AuditEvent, Enterprise, RuleDraft, RuleTrial, StandardVersion
from registry.policies import Actor, Grant
from registry.services.assessing.explaining import explain_now
from registry.services.assessing.gathering import gather, live_enterprises
from registry.services.assessing.running import assess_tier
from registry.services.audit import verify_chain
from registry.services.lab import trials
from registry.services.lab.columns import Columns, both_read, load
from registry.services.lab.comparing import compare
from registry.services.lab.drafts import Draft, create_draft, free_version, get_draft, save_text, save_values, take_back
from registry.services.lab.publishing import may_approve, propose, publish, steps
from registry.services.lab.snapshot import take_snapshot
from registry.services.lab.trials import (
    backtest_draft,
    data_state,
    latest_trial,
    movers_of,
    request_data,
    try_draft,
    wrong_of,
)
from registry.services.standards import known_standards
from registry.tiering.copying import shipped_text
from registry.tiering.evaluation import Verdict, evaluate
from registry.tiering.loader import parse_standard
from registry.tiering.reads import reads
from registry.tiering.selection import choose, find
from registry.tiering.standard import Standard
from registry.vocabulary import DraftState, Role
from tests.db.test_assessing import a_ready_firm
from tests.factories import a_batch, a_figure, a_listing, an_enterprise

TODAY = date(2026, 11, 20)
FROM = date(2027, 1, 1)
PROVINCE = (Grant(Role.CURATOR, "440000"),)
FANG, SHEN = Actor(1, "fang", PROVINCE), Actor(2, "shen", PROVINCE)
CITY = Actor(3, "lin", (Grant(Role.CURATOR, "440300"),))
IP = "criteria.13.rule.need.at_least"


def field_path(draft_text: str, criterion: str, value: str) -> str:
    """Path of the field of a criterion that has this value."""
    from registry.tiering.editing import fields

    return next(f.path for f in fields(draft_text) if f.criterion == criterion and f.value == value)


def a_draft(engine: Engine, *, actor: Actor = FANG, based_on: str = "LG26") -> Draft:
    with transaction(engine) as session:
        return create_draft(
            session,
            based_on=based_on,
            version=free_version(session, based_on),
            first_day=FROM,
            document=("《示例办法》", "示例〔2027〕1号"),
            actor=actor,
        )


def with_value(engine: Engine, draft: Draft, criterion: str, now: str, then: str, actor: Actor = FANG) -> Draft:
    path = field_path(draft.text, criterion, now)
    with transaction(engine) as session:
        return save_values(session, draft_id=draft.id, values={path: then}, revision=draft.revision, actor=actor)


def firms(engine: Engine, *rights: int) -> list[int]:
    """Firms that are ready but for their class-I rights."""
    with transaction(engine) as session:
        return [a_ready_firm(session, facts={"class1_ip": count}).id for count in rights]


def trial(engine: Engine, draft: Draft, folder: Path, kind: str = "what_if") -> trials.Trial:
    if kind == "what_if":
        try_draft(engine, draft_id=draft.id, folder=folder, as_of=TODAY, actor=FANG)
    else:
        backtest_draft(engine, draft_id=draft.id, folder=folder, as_of=TODAY, actor=FANG)
    with reading(engine) as session:
        found = latest_trial(session, draft_id=draft.id, kind=kind)  # type: ignore[arg-type]
        assert found is not None
        return found


def test_who_gains_and_who_loses(engine: Engine, tmp_path: Path) -> None:
    numbers = firms(engine, 2, 3, 4, 6)
    draft = with_value(engine, a_draft(engine), "LG26-8", "4", "3")
    shown = trial(engine, draft, tmp_path).what_if
    assert shown is not None
    assert (shown.before[2], shown.after[2], shown.gains, shown.losses) == (2, 3, 1, 0)
    (shenzhen,) = shown.cities
    assert (shenzhen.code, shenzhen.before, shenzhen.after, shenzhen.gains) == ("440300", 2, 3, 1)
    moved = next(one for one in shown.criteria if one.id == "LG26-8")
    assert (moved.unmet, moved.let_in, moved.alone) == ((2, 1), 1, 1)
    with reading(engine) as session:
        found = latest_trial(session, draft_id=draft.id, kind="what_if")
        assert found is not None
        movers, reasons = movers_of(session, found.id)
    assert [(one.enterprise_id, one.gains) for one in movers] == [(numbers[1], True)]
    assert reasons[numbers[1]].zh == "还差 1 件Ⅰ类知识产权"


def test_a_stricter_rule_loses_firms(engine: Engine, tmp_path: Path) -> None:
    firms(engine, 4, 6)
    draft = with_value(engine, a_draft(engine), "LG26-8", "4", "5")
    shown = trial(engine, draft, tmp_path).what_if
    assert shown is not None
    assert (shown.gains, shown.losses, shown.after[2]) == (0, 1, 1)


def test_what_a_snapshot_gives_is_what_is_gathered(engine: Engine, tmp_path: Path) -> None:
    firms(engine, 2, 6)
    with transaction(engine) as session:
        bare = an_enterprise(region_code="440100", city_code="440100")
        session.add(bare)
        session.flush()
        session.add(a_figure(bare, name="revenue", value=1))
    with reading(engine) as session:
        take_snapshot(session, tmp_path)
        columns = load(tmp_path)
        assert columns is not None
        for standard in [one for one in known_standards(session) if one.id in ("LG26", "HTE", "SRDI26")]:
            for procedure in standard.in_force:
                for day in (TODAY, date(2025, 6, 1)):
                    same_verdicts(session, columns, standard, procedure, day)


def same_verdicts(session: Session, columns: Columns, standard: Standard, procedure: Any, day: date) -> None:
    wanted = reads(standard, as_of=day, procedure=procedure)
    gathered = gather(session, ids=live_enterprises(session), reads=wanted, as_of=day, procedure=procedure)
    kept = columns.population(both_read((standard,), as_of=day, procedures=(procedure,)), as_of=day)
    direct, quick = evaluate(standard, gathered), evaluate(standard, kept)
    if procedure == "new":
        assert {k: v.tolist() for k, v in direct.codes.items()} == {k: v.tolist() for k, v in quick.codes.items()}


@pytest.fixture(scope="module")
def kept_columns(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Columns:
    """A fictional population with figures and titles, as a snapshot."""
    import shutil

    from registry.db import make_engine
    from registry.demo.population import population
    from registry.settings import Settings

    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(migrated_sqlite, folder / "registry.sqlite3")
    engine = make_engine(Settings(data_dir=folder))
    with transaction(engine) as session:
        population(session, 400, today=TODAY)
        batch = a_batch(directory_code="srdi_sme")
        session.add(batch)
        session.flush()
        for firm in session.scalars(select(Enterprise).where(col(Enterprise.id) % 3 != 0)):
            session.add(a_listing(firm, batch))
    with reading(engine) as session:
        take_snapshot(session, folder)
    engine.dispose()
    found = load(folder)
    assert found is not None
    return found


@given(
    revenue=st.sampled_from(["1000万", "5000万", "3亿"]),
    rights=st.integers(0, 8),
    share=st.sampled_from(["0%", "3%", "9%"]),
    years=st.integers(1, 9),
)
@hypothesis_settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_counts_are_those_of_a_direct_evaluation(
    kept_columns: Columns, revenue: str, rights: int, share: str, years: int
) -> None:
    from registry.tiering.editing import set_values

    text = shipped_text("LG26")
    values = {
        field_path(text, "LG26-3", "5000"): revenue,
        field_path(text, "LG26-8", "4"): str(rights),
        field_path(text, "LG26-2", "3"): str(years),
        field_path(text, "LG26-7", "3"): share,
    }
    base, draft = parse_standard(text, file="x"), parse_standard(set_values(text, values), file="x")
    compared = compare(kept_columns, base=base, draft=draft, as_of=TODAY)
    shown = compared.what_if
    everybody = kept_columns.population(both_read((base, draft), as_of=TODAY, procedures=("new",)), as_of=TODAY)
    direct = evaluate(draft, everybody).verdict
    assert list(shown.after) == [int((direct == code).sum()) for code in Verdict]
    assert shown.gains - shown.losses == shown.after[2] - shown.before[2]
    assert sum(map(sum, shown.moves)) == kept_columns.size
    assert sum(one.gains for one in shown.cities) == shown.gains == sum(one.gains for one in shown.sizes)
    assert sum(one.losses for one in shown.cities) == shown.losses
    assert len(compared.movers()) == shown.gains + shown.losses


def test_a_backtest_counts_hits_misses_and_the_undecided_apart(engine: Engine, tmp_path: Path) -> None:
    good, weak, unknown, other = firms(engine, 6, 2, 0, 6)
    with transaction(engine) as session:
        session.execute(sql("DELETE FROM fact WHERE enterprise_id = :one AND name = 'class1_ip'"), {"one": unknown})
        session.execute(
            sql("DELETE FROM fact WHERE enterprise_id = :one AND name = 'award_national_3y'"), {"one": unknown}
        )
        batch = a_batch(directory_code="little_giant", label="第八批", year=2026, announced_on=TODAY)
        session.add(batch)
        session.flush()
        for number in (good, weak, unknown):
            session.add(a_listing(session.get_one(Enterprise, number), batch, valid_from=TODAY))
    draft = with_value(engine, a_draft(engine), "LG26-8", "4", "2")
    shown = trial(engine, draft, tmp_path, "backtest")
    assert shown.backtest is not None
    (one,) = shown.backtest.batches
    assert (one.as_of, one.listed, one.judged) == (TODAY - timedelta(days=1), 3, 4)
    assert (one.base.hits, one.base.missed, one.base.extra, one.base.open_listed) == (1, 1, 1, 1)
    assert (one.draft.hits, one.draft.missed, one.draft.extra) == (2, 0, 1)
    assert (one.base.recall, one.draft.recall) == (0.5, 1.0)
    assert one.draft.precision == pytest.approx(2 / 3)
    with reading(engine) as session:
        assert [(w.enterprise_id, w.listed) for w in wrong_of(session, shown.id)] == [(other, False)]


def test_a_tier_without_lists_is_backtested_against_none_and_says_so(engine: Engine, tmp_path: Path) -> None:
    shown = trial(engine, a_draft(engine), tmp_path, "backtest")
    assert shown.backtest is not None
    assert shown.backtest.batches == ()


def ready_draft(engine: Engine, folder: Path) -> Draft:
    draft = with_value(engine, a_draft(engine), "LG26-8", "4", "3")
    trial(engine, draft, folder)
    trial(engine, draft, folder, "backtest")
    return draft


def test_a_draft_is_published_by_a_second_official_and_judges_from_its_day(engine: Engine, tmp_path: Path) -> None:
    (number,) = firms(engine, 3)
    draft = ready_draft(engine, tmp_path)
    with transaction(engine) as session:
        propose(session, draft_id=draft.id, actor=FANG, today=TODAY)
    for who in (FANG, CITY):
        with pytest.raises(NotAllowed), transaction(engine) as session:
            publish(session, draft_id=draft.id, actor=who, today=TODAY)
    with transaction(engine) as session:
        done = publish(session, draft_id=draft.id, actor=SHEN, today=TODAY)
    assert (done.state, done.decided_by) == (DraftState.PUBLISHED, "shen")
    with reading(engine) as session:
        known = known_standards(session)
        assert find("little_giant", among=known)[0].id == "LG26A"
        assert choose("little_giant", procedure="new", as_of=FROM, among=known).id == "LG26A"
        assert choose("little_giant", procedure="new", as_of=FROM - timedelta(days=1), among=known).id == "LG26"
        assert explain_now(session, enterprise_id=number, code="LG26A", as_of=FROM).version == "LG26A"
        assert verify_chain(session)[1] is None
        (event,) = session.exec(select(AuditEvent).where(AuditEvent.action == "publish_standard")).all()
    assert event.after is not None
    assert (event.subject_key, event.after["proposed_by"], event.actor) == ("LG26A", "fang", "shen")
    (run,) = assess_tier(engine, code="little_giant", as_of=FROM, actor="测试")
    assert run.version == "LG26A"


def test_a_published_text_is_never_changed(engine: Engine, tmp_path: Path) -> None:
    draft = ready_draft(engine, tmp_path)
    with transaction(engine) as session:
        propose(session, draft_id=draft.id, actor=FANG, today=TODAY)
        publish(session, draft_id=draft.id, actor=SHEN, today=TODAY)
    with pytest.raises(InvalidTransition), transaction(engine) as session:
        save_text(session, draft_id=draft.id, text=draft.text + "#", revision=draft.revision, actor=FANG)
    for statement in ("UPDATE standard_version SET text = 'x'", "DELETE FROM standard_version"):
        with pytest.raises(DBAPIError, match="never changed"), Session(engine) as session:
            session.execute(sql(statement))
    with reading(engine) as session:
        assert session.exec(select(StandardVersion)).one().text == draft.text


def test_without_trials_of_exactly_this_text_nothing_is_proposed(engine: Engine, tmp_path: Path) -> None:
    draft = ready_draft(engine, tmp_path)
    changed = with_value(engine, draft, "LG26-3", "5000", "4000")
    with reading(engine) as session:
        assert [one.name.zh for one in steps(session, changed, today=TODAY) if not one.done] == ["试算", "回测"]
    with pytest.raises(Conflict, match="试算"), transaction(engine) as session:
        propose(session, draft_id=draft.id, actor=FANG, today=TODAY)


def test_whoever_edited_may_not_approve(engine: Engine, tmp_path: Path) -> None:
    draft = with_value(engine, a_draft(engine), "LG26-8", "4", "3", SHEN)
    for kind in ("what_if", "backtest"):
        trial(engine, draft, tmp_path, kind)
    with transaction(engine) as session:
        proposed = propose(session, draft_id=draft.id, actor=FANG, today=TODAY)
    assert not may_approve(SHEN, proposed)
    assert not may_approve(FANG, proposed)
    with pytest.raises(NotAllowed, match="另一名"), transaction(engine) as session:
        publish(session, draft_id=draft.id, actor=SHEN, today=TODAY)
    with transaction(engine) as session:
        assert take_back(session, draft_id=draft.id, actor=SHEN).state is DraftState.DRAFT


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("2027-01-01", "2026-01-01"), "施行日期"),
        (lambda text: re.sub(r"\n  new_rules: .*", "", text), "文号"),
        (lambda text: text.replace("at_least: 3\n", "at_least: 4\n") if False else shipped_again(text), "条文"),
    ],
)
def test_what_does_not_fit_is_said_before_it_is_proposed(
    engine: Engine, tmp_path: Path, change: Callable[[str], str], said: str
) -> None:
    draft = with_value(engine, a_draft(engine), "LG26-8", "4", "3")
    with transaction(engine) as session:
        draft = save_text(session, draft_id=draft.id, text=change(draft.text), revision=draft.revision, actor=FANG)
    for kind in ("what_if", "backtest"):
        trial(engine, draft, tmp_path, kind)
    with pytest.raises(Conflict, match=said), transaction(engine) as session:
        propose(session, draft_id=draft.id, actor=FANG, today=TODAY)


def shipped_again(text: str) -> str:
    """The text with the threshold of the shipped version back in place."""
    from registry.tiering.editing import set_values

    return set_values(text, {field_path(text, "LG26-8", "3"): "4"})


def test_a_text_that_is_no_standard_is_refused_and_nothing_is_saved(engine: Engine) -> None:
    draft = a_draft(engine)
    for text, error in (
        (draft.text.replace("at_least: 3", "at_least: drei"), FileRefused),
        ("id: [", FileRefused),
        (draft.text.replace("tier: little_giant", "tier: hte"), InvalidInput),
        (draft.text.replace("id: LG26A", "id: LG22"), Conflict),
    ):
        with pytest.raises(error), transaction(engine) as session:
            save_text(session, draft_id=draft.id, text=text, revision=draft.revision, actor=FANG)
    with reading(engine) as session:
        assert session.get_one(RuleDraft, draft.id).text_hash == draft.text_hash


def test_of_two_who_edit_at_once_the_second_is_told(engine: Engine) -> None:
    draft = a_draft(engine)
    with_value(engine, draft, "LG26-8", "4", "3")
    with pytest.raises(Conflict, match="别人"):
        with_value(engine, draft, "LG26-3", "5000", "4000", SHEN)


def test_an_official_of_a_city_reads_and_tries_but_writes_nothing(engine: Engine) -> None:
    draft = a_draft(engine)
    with reading(engine) as session:
        assert get_draft(session, draft_id=draft.id, actor=CITY).version == "LG26A"
    with pytest.raises(NotAllowed):
        a_draft(engine, actor=CITY)
    with pytest.raises(NotAllowed):
        with_value(engine, draft, "LG26-8", "4", "3", CITY)


def test_many_firms_are_read_by_the_worker_first(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry.search.embedded import EmbeddedEngine
    from registry.services.working import Worker

    monkeypatch.setattr(trials, "FEW", 0)
    firms(engine, 6)
    draft, folder = a_draft(engine), tmp_path / trials.FOLDER
    with pytest.raises(StorageUnavailable):
        try_draft(engine, draft_id=draft.id, folder=folder, as_of=TODAY, actor=FANG)
    with transaction(engine) as session:
        for _ in range(2):
            request_data(session, actor=FANG)
        assert data_state(session, folder).reading
    worker = Worker(engine, EmbeddedEngine(tmp_path / "index"), data_dir=tmp_path)
    assert worker.run_one_job()
    assert not worker.run_one_job()
    with reading(engine) as session:
        state = data_state(session, folder)
    assert (state.ready, state.fresh, state.size) == (True, True, 1)
    firms(engine, 6)
    with reading(engine) as session:
        state = data_state(session, folder)
    assert (state.ready, state.fresh) == (True, False)
    try_draft(engine, draft_id=draft.id, folder=folder, as_of=TODAY, actor=FANG)
    with reading(engine) as session:
        assert session.exec(select(RuleTrial)).one().result["population"] == {"new": 1, "review": 0}
