"""The AI firms' ladder: who is due, what follows from a result, and that no title moves without a document."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed, NotFound
from registry.models import AuditEvent, Enterprise, Fact, Listing, Reexamination
from registry.policies import Actor
from registry.pool_words import ReexaminationState, ReviewResult
from registry.services.pool.classified import classified_page, term_page
from registry.services.pool.levels import following, level_of, level_rules
from registry.services.pool.reexamining import carry_out_result, decide_result, propose_result
from registry.vocabulary import Trust
from tests.db.pool import WHY, a_curator, a_firm, a_reviewer, a_title, an_auditor

AI = "ai_backbone"
BACKBONE, CULTIVATION = "骨干企业", "培育企业"


def a_term(session: Session, firm: Enterprise, *, level: str | None = BACKBONE, ends: int = 40) -> Listing:
    """A term of two years that ends so many days from today."""
    return a_title(
        session,
        firm,
        directory=AI,
        begins=ends - 730,
        valid_to=clock.today() + timedelta(days=ends),
        group_label=level,
    )


def decided(session: Session, row: Listing, result: str, actor: Actor) -> Reexamination:
    made = propose_result(session, listing_id=row.id, result=result, reason=WHY, actor=actor)
    return decide_result(session, number=made.id, agree=True, reason="", actor=actor)


def test_the_levels_and_ways_are_those_of_the_standard(session: Session) -> None:
    rules = level_rules(session, directory_code=AI, as_of=clock.today(), region_code="440300")
    ways = {
        (rule.level, result.value): (found.then, found.to_level)
        for rule in rules
        for result in ReviewResult
        if (found := following(rule, result))
    }
    assert ways == {
        (BACKBONE, "passed"): ("keeps", ""),
        (BACKBONE, "failed"): ("moves_down", CULTIVATION),
        (BACKBONE, "breach"): ("loses", ""),
        (CULTIVATION, "excellent"): ("moves_up", BACKBONE),
        (CULTIVATION, "passed"): ("keeps", ""),
        (CULTIVATION, "failed"): ("loses", ""),
        (CULTIVATION, "breach"): ("loses", ""),
    }
    assert level_rules(session, directory_code="hte", as_of=clock.today(), region_code="440300") == []


@pytest.mark.parametrize(
    ("group", "details", "expected"),
    [
        ("骨干企业", None, BACKBONE),
        ("一、人工智能培育企业", None, CULTIVATION),
        ("骨干（培育）企业", {"认定类型": "培育"}, CULTIVATION),
        (None, {"级别": "骨干企业"}, BACKBONE),
        (None, {"主营": "骨干网设备"}, None),
        (None, None, None),
    ],
)
def test_the_level_is_read_from_the_printed_row(
    session: Session, group: str | None, details: dict[str, str] | None, expected: str | None
) -> None:
    rules = level_rules(session, directory_code=AI, as_of=clock.today(), region_code="440300")
    found = level_of(group, details, rules)
    assert (found.level if found else None) == expected


def test_due_terms_are_shown_with_what_is_known_and_later_terms_end_the_matter(session: Session) -> None:
    reviewer = a_reviewer(session)
    due, broken, done, far = (a_firm(session, name_zh=f"示例智能{word}公司") for word in "甲乙丙丁")
    a_term(session, due, level=CULTIVATION, ends=20)
    a_term(session, due, level=CULTIVATION, ends=20 - 730)
    a_term(session, broken, ends=-30)
    fact = Fact(
        enterprise_id=broken.id,
        name="on_abnormal_list",
        value=True,
        known_on=clock.today(),
        trust=Trust.OFFICIAL,
        source="示例",
    )
    session.add(fact)
    a_term(session, done, ends=10)
    a_term(session, done, ends=700)
    a_term(session, far, ends=400)
    session.flush()
    page = classified_page(session, actor=reviewer, region_code="440300")
    assert [row.enterprise.id for row in page.rows] == [broken.id, due.id]
    first, second = page.rows
    assert (first.signs.breaches, first.suggested and first.suggested.result) == (
        ("on_abnormal_list",),
        ReviewResult.BREACH,
    )
    assert (second.signs.terms, second.suggested) == (2, None)
    assert dict(page.holders) == {BACKBONE: 3, CULTIVATION: 1, "": 0}
    with pytest.raises(NotAllowed):
        classified_page(session, actor=reviewer, region_code="440000")
    with pytest.raises(NotFound):
        classified_page(session, actor=reviewer, region_code="440300", directory_code="hte")


def test_a_downgrade_waits_for_the_announced_list_and_then_ends_the_old_term(session: Session) -> None:
    curator, firm = a_curator(session), a_firm(session)
    old = a_term(session, firm, ends=40)
    made = decided(session, old, "failed", curator)
    assert (made.then, made.to_level, made.state) == ("moves_down", CULTIVATION, ReexaminationState.DECIDED)
    assert old.withdrawn_on is None
    with pytest.raises(InvalidInput):
        carry_out_result(session, number=made.id, document="示函〔2026〕1号", new_listing_id=None, actor=curator)
    wrong = a_term(session, firm, level=BACKBONE, ends=730)
    with pytest.raises(InvalidInput):
        carry_out_result(session, number=made.id, document="", new_listing_id=wrong.id, actor=curator)
    new = a_term(session, firm, level=CULTIVATION, ends=725)
    assert [one.listing_id for one in term_page(session, old.id, actor=curator).new_terms] == [new.id]
    carry_out_result(session, number=made.id, document="", new_listing_id=new.id, actor=curator)
    assert (made.state, made.new_listing_id) == (ReexaminationState.APPLIED, new.id)
    assert old.withdrawn_on == new.valid_from
    actions = [event.action for event in session.exec(select(AuditEvent))]
    assert actions == ["reexamination.proposed", "reexamination.decided", "listing.withdrawn", "reexamination.applied"]


def test_losing_the_title_takes_a_document(session: Session) -> None:
    curator, firm = a_curator(session), a_firm(session)
    row = a_term(session, firm, level=CULTIVATION)
    made = decided(session, row, "failed", curator)
    with pytest.raises(InvalidInput):
        carry_out_result(session, number=made.id, document=" ", new_listing_id=None, actor=curator)
    carry_out_result(session, number=made.id, document="示函〔2026〕9号", new_listing_id=None, actor=curator)
    assert (row.withdrawn_on, row.withdrawal_document) == (clock.today(), "示函〔2026〕9号")
    with pytest.raises(InvalidTransition):
        carry_out_result(session, number=made.id, document="示", new_listing_id=None, actor=curator)


def test_a_term_that_has_ended_by_itself_is_left_as_it_is(session: Session) -> None:
    curator, firm = a_curator(session), a_firm(session)
    row = a_term(session, firm, ends=-10)
    made = decided(session, row, "breach", curator)
    carry_out_result(session, number=made.id, document="示函〔2026〕9号", new_listing_id=None, actor=curator)
    assert (made.state, row.withdrawn_on) == (ReexaminationState.APPLIED, None)


def test_a_result_is_proposed_by_the_place_and_decided_by_the_province(session: Session) -> None:
    reviewer, other, auditor = a_reviewer(session), a_reviewer(session, "he", "440100"), an_auditor(session)
    curator, firm = a_curator(session), a_firm(session)
    row = a_term(session, firm)
    for nobody in (other, auditor):
        with pytest.raises(NotAllowed):
            propose_result(session, listing_id=row.id, result="passed", reason=WHY, actor=nobody)
    made = propose_result(session, listing_id=row.id, result="passed", reason=WHY, actor=reviewer)
    with pytest.raises(Conflict):
        propose_result(session, listing_id=row.id, result="failed", reason=WHY, actor=curator)
    for nobody in (reviewer, auditor):
        with pytest.raises(NotAllowed):
            decide_result(session, number=made.id, agree=True, reason="", actor=nobody)
    with pytest.raises(InvalidInput):
        decide_result(session, number=made.id, agree=False, reason=" ", actor=curator)
    decide_result(session, number=made.id, agree=False, reason="材料不全", actor=curator)
    with pytest.raises(InvalidTransition):
        decide_result(session, number=made.id, agree=True, reason="", actor=curator)
    again = propose_result(session, listing_id=row.id, result="failed", reason=WHY, actor=reviewer)
    assert [one.number for one in term_page(session, row.id, actor=auditor).history] == [again.id, made.id]


def test_a_row_that_names_no_level_and_results_that_do_not_exist_are_refused(session: Session) -> None:
    curator, firm = a_curator(session), a_firm(session)
    unnamed, named = a_term(session, firm, level=None), a_term(session, firm, level=BACKBONE)
    for row, result, reason in (
        (unnamed, "passed", WHY),
        (named, "excellent", WHY),
        (named, "x", WHY),
        (named, "passed", ""),
    ):
        with pytest.raises(InvalidInput):
            propose_result(session, listing_id=row.id, result=result, reason=reason, actor=curator)
    with pytest.raises(NotFound):
        propose_result(session, listing_id=10**6, result="passed", reason=WHY, actor=curator)
