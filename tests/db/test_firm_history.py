"""One firm by every tier with its history; the figures most worth asking for; the prerequisite graph of the rules."""

import csv
import io

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.db import reading, transaction
from registry.errors import InvalidInput, NotAllowed, NotFound, Text
from registry.models import AssessmentRun, Fact
from registry.schemas.assessments import LadderLink
from registry.services.assessing.candidates import candidates
from registry.services.assessing.choosing import CandidateQuery
from registry.services.assessing.history import firm_assessments
from registry.services.assessing.missing_figures import MissingQuery, missing_figures, write_missing
from registry.services.assessing.prerequisites import ladder_graph, layers_of, links_of
from registry.services.assessing.running import assess_tier
from registry.tiering.selection import choose
from registry.vocabulary import Flag, Verdict
from tests.db.test_assessing import DAY, GUANGZHOU, SHENZHEN, a_ready_firm

RIGHTS = "facts.class1_ip"


def run(engine: Engine) -> None:
    assess_tier(engine, code="little_giant", as_of=DAY, actor="测试")


def set_fact(engine: Engine, name: str, value: float) -> None:
    with transaction(engine) as session:
        session.exec(select(Fact).where(Fact.name == name)).one().value = value


@pytest.fixture
def key(engine: Engine) -> str:
    """A firm short of rights, assessed; then with enough of them and fewer points, assessed again."""
    with transaction(engine) as session:
        found = a_ready_firm(session, facts={"class1_ip": 3}).uscc or ""
    run(engine)
    set_fact(engine, "class1_ip", 9)
    run(engine)
    set_fact(engine, "platform_score", 10)
    return found


def test_what_flipped_between_runs_and_since_the_last_is_named(engine: Engine, key: str) -> None:
    with reading(engine) as session:
        found = firm_assessments(session, key=key, actor=SHENZHEN, as_of=DAY)
    ours = {one.tier: one for one in found.tiers}["little_giant"]
    assert [(one.verdict, one.flag) for one in ours.past] == [
        (Verdict.ELIGIBLE, Flag.CANDIDATE),
        (Verdict.INELIGIBLE, Flag.NEAR),
    ]
    assert [(one.criterion, one.before, one.after) for one in ours.past[0].flips] == [("LG26-8", "unmet", "met")]
    assert not ours.past[1].comparable
    assert ours.now is not None
    assert ours.now.verdict == "ineligible"
    assert {(one.before, one.after) for one in ours.changed} == {("met", "unmet")}


def test_every_tier_with_a_version_of_the_day_has_a_verdict_and_no_history_is_no_fault(
    engine: Engine, key: str
) -> None:
    with reading(engine) as session:
        found = firm_assessments(session, key=key, actor=SHENZHEN, as_of=DAY)
    judged = {one.tier: one.now.verdict for one in found.tiers if one.now}
    assert {"hte", "little_giant"} <= judged.keys()
    assert {one.tier for one in found.tiers if one.past} == {"little_giant"}


def test_a_rewritten_rule_leaves_the_flips_without_names_of_criteria(engine: Engine, key: str) -> None:
    with transaction(engine) as session:
        for one in session.exec(select(AssessmentRun)):
            one.rule_hash = "0" * 64
    with reading(engine) as session:
        found = firm_assessments(session, key=key, actor=SHENZHEN, as_of=DAY)
    ours = {one.tier: one for one in found.tiers}["little_giant"]
    assert [flip.criterion for flip in ours.past[0].flips] == [""]
    assert ours.changed == ()


def test_a_firm_is_for_officials_of_its_place(engine: Engine, key: str) -> None:
    with reading(engine) as session:
        with pytest.raises(NotAllowed):
            firm_assessments(session, key=key, actor=GUANGZHOU, as_of=DAY)
        with pytest.raises(NotFound):
            firm_assessments(session, key="no-such-key", actor=SHENZHEN, as_of=DAY)


def test_figures_are_ranked_by_how_many_firms_each_would_decide_alone(engine: Engine) -> None:
    lacking = [{"class1_ip": None}, {"class1_ip": None, "platform_score": None}, {"platform_score": None}]
    with transaction(engine) as session:
        for number, facts in enumerate([*lacking, {"platform_score": None}]):
            a_ready_firm(session, facts=facts | {"award_national_3y": False}, name_zh=f"示例第{number}有限公司")
    run(engine)
    with reading(engine) as session:
        page = missing_figures(session, MissingQuery("little_giant"), as_of=DAY)
        figures = [(one.path, one.alone, one.together) for one in page.figures]
        assert figures[0] == ("facts.platform_score", 2, 1)
        assert (RIGHTS, 1, 1) in figures
        assert page.undecided == page.total == len(page.firms) == 4
        for one in page.figures:
            for alone, expected in ((True, one.alone), (False, one.alone + one.together)):
                query = MissingQuery("little_giant", path=one.path, alone=alone)
                asked = missing_figures(session, query, as_of=DAY)
                assert (asked.total, len(asked.firms)) == (expected, expected)
                assert asked.figures == page.figures


def test_the_firms_to_ask_are_paged_exported_and_kept_to_the_region(engine: Engine) -> None:
    with transaction(engine) as session:
        for number in range(5):
            a_ready_firm(session, facts={"platform_score": None}, name_zh=f"示例第{number}有限公司")
    run(engine)
    stream = io.BytesIO()
    with reading(engine) as session:
        query = MissingQuery("little_giant", path="facts.platform_score", limit=2)
        seen, page = [], missing_figures(session, query, as_of=DAY)
        seen += [one.enterprise.name for one in page.firms]
        while page.next_cursor:
            page = missing_figures(session, query.at(page.next_cursor, 2), as_of=DAY)
            seen += [one.enterprise.name for one in page.firms]
        assert write_missing(session, stream, query, as_of=DAY) == len(set(seen)) == 5
        elsewhere = MissingQuery("little_giant", region_code="440100")
        assert missing_figures(session, elsewhere, as_of=DAY).undecided == 0
        with pytest.raises(InvalidInput):
            missing_figures(session, MissingQuery("little_giant", path="annual.x.nothing"), as_of=DAY)
    rows = list(csv.reader(io.StringIO(stream.getvalue().decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == seen
    assert {row[6] for row in rows[1:]} == {"1"}


def test_links_are_read_from_the_rules(engine: Engine) -> None:
    standard = choose("little_giant", procedure="new", as_of=DAY)
    assert [(one.source, one.target, one.criterion, one.required) for one in links_of(standard)] == [
        ("srdi_sme", "little_giant", "LG26-1", True)
    ]
    with transaction(engine) as session:
        a_ready_firm(session)
    run(engine)
    with reading(engine) as session:
        graph = ladder_graph(session, as_of=DAY)
        nodes = {node.code: node for node in graph.nodes}
        elsewhere = {node.code: node for node in ladder_graph(session, as_of=DAY, place="440100").nodes}
    below, ours = nodes["srdi_sme"], nodes["little_giant"]
    assert below.layer < ours.layer
    assert (below.holders, ours.holders) == (1, 0)
    assert ours.counts is not None
    assert ours.counts[Flag.CANDIDATE] == 1
    assert elsewhere["srdi_sme"].holders == 0


def test_layers_rise_along_every_link_and_a_ring_comes_to_an_end() -> None:
    def link(source: str, target: str) -> LadderLink:
        return LadderLink(
            source=source, target=target, criterion="X-1", name=Text("例", "x"), required=True, one_of=False
        )

    links = [link("c", "d"), link("a", "b"), link("b", "c"), link("a", "c")]
    assert layers_of(["a", "b", "c", "d"], links) == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert set(layers_of(["a", "b"], [link("a", "b"), link("b", "a")])) == {"a", "b"}


def test_criteria_that_only_hint_are_counted_nowhere(engine: Engine) -> None:
    with transaction(engine) as session:
        key = a_ready_firm(session).uscc or ""
    assess_tier(engine, code="tech_sme", as_of=DAY, actor="测试")
    counted = [one.id for one in choose("tech_sme", procedure="new", as_of=DAY).criteria if not one.advisory]
    with reading(engine) as session:
        tiers = {one.tier: one for one in firm_assessments(session, key=key, actor=SHENZHEN, as_of=DAY).tiers}
        flags = [candidates(session, CandidateQuery("tech_sme", flag), as_of=DAY) for flag in Flag]
        asked = missing_figures(session, MissingQuery("tech_sme"), as_of=DAY).firms
    past = tiers["tech_sme"].past[0]
    assert len(past.outcomes) == len(counted)
    rows = [row for page in flags for row in page.rows]
    assert [row.criteria for row in rows] == [tuple(counted) for row in rows]
    assert all(len(row.results) == len(counted) for row in rows)
    assert {reason.criterion for page in flags for reason in page.reasons} <= set(counted)
    assert {one.applicable for one in asked} <= {len(counted)}
    assert rows or asked


def test_size_classes_are_no_title_to_be_recognised_for(engine: Engine) -> None:
    with transaction(engine) as session:
        key = a_ready_firm(session).uscc or ""
    with reading(engine) as session:
        tiers = {one.tier for one in firm_assessments(session, key=key, actor=SHENZHEN, as_of=DAY).tiers}
    assert "little_giant" in tiers
    assert "sme_size" not in tiers
