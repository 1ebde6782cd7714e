"""Explaining one enterprise: a row of an evaluation as a report in values and sentences."""

from registry.errors import Text
from registry.tiering.describe import source_of
from registry.tiering.evaluation import Evaluation, Result, Verdict, evaluate
from registry.tiering.findings import period_words
from registry.tiering.gaps import gap_sentence
from registry.tiering.inside import within
from registry.tiering.language import Score
from registry.tiering.measures import Words
from registry.tiering.needs import Need, distinct
from registry.tiering.path import cheapest_way
from registry.tiering.population import Population
from registry.tiering.reading import Placed, Reading, grouped
from registry.tiering.report_shapes import RESULT_CODES, VERDICT_CODES, CriterionReport, PartReport, Report
from registry.tiering.score_reading import score_parts, score_report
from registry.tiering.way_words import way_report
from registry.tiering.wording import RESULT_WORDS


def explain(evaluation: Evaluation, row: int) -> Report:
    """The report of one row.

    Results are those of the evaluation; the values shown are measured for this row by the functions that made them.
    Raises IndexError when there is no such row.
    """
    readings = _readings(evaluation, row)
    firm, standard = evaluation.population.row(row), evaluation.standard
    verdict = Verdict(int(evaluation.verdict[row]))
    sentence, needs = _gap(verdict, readings)
    return Report(
        standard=standard.id,
        version=standard.id,
        tier=standard.tier,
        procedure=firm.procedure,
        as_of=firm.as_of,
        verdict=VERDICT_CODES[verdict],
        score=score_report(evaluation, row),
        criteria=tuple(_criterion(reading) for reading in readings),
        needs=tuple(need.path for need in needs) if verdict is Verdict.UNDECIDED else (),
        gap_text=sentence.zh,
        gap_text_en=sentence.en,
        way=way_report(cheapest_way(_alone(evaluation, firm))) if verdict is Verdict.INELIGIBLE else None,
    )


def gap_of(evaluation: Evaluation, row: int) -> Text:
    """What keeps the firm of one row from the title, and nothing else: the sentence ``explain`` has as ``gap_text``."""
    return _gap(Verdict(int(evaluation.verdict[row])), _readings(evaluation, row))[0]


def _readings(evaluation: Evaluation, row: int) -> list[Reading]:
    if not 0 <= row < evaluation.population.size:
        raise IndexError(f"row {row} of {evaluation.population.size}")
    firm = evaluation.population.row(row)
    return [Reading(evaluation, criterion, firm, row) for criterion in evaluation.standard.criteria]


def _gap(verdict: Verdict, readings: list[Reading]) -> tuple[Text, list[Need]]:
    """The sentence, and the places that would decide what is open."""
    weighing = [reading for reading in readings if not reading.criterion.advisory]
    needs = distinct(need for reading in weighing for need in reading.needs())
    sentence = gap_sentence(
        verdict,
        [finding for reading in weighing for finding in reading.shortfalls()],
        needs,
        _names_to_judge(weighing),
        sum(one.result is Result.NEEDS_REVIEW for one in weighing),
    )
    return sentence, needs


def _alone(evaluation: Evaluation, firm: Population) -> Evaluation:
    """The evaluation of this firm by itself."""
    return evaluation if evaluation.population.size == 1 else evaluate(evaluation.standard, firm)


def _names_to_judge(readings: list[Reading]) -> list[Words]:
    held_up = [one.criterion for one in readings if one.result is Result.NEEDS_REVIEW]
    return [criterion.name for criterion in held_up if criterion.blocking]


def _criterion(reading: Reading) -> CriterionReport:
    one, head, words = reading.criterion, reading.head, RESULT_WORDS[reading.result]
    years = tuple(sorted({year for placed in reading.placed for year in placed.finding.years}))
    text = reading.text
    return CriterionReport(
        id=one.id,
        name=one.name.zh,
        name_en=one.name.en,
        result=RESULT_CODES[reading.result],
        value=head.value if head else None,
        threshold=head.threshold if head else None,
        gap=head.gap if head else None,
        unit=head.unit if head else "",
        period=period_words(years, Text(one.period.zh, one.period.en)).zh,
        source=source_of(reading.evaluation.standard, one),
        text=f"{text.zh}：{words.zh}",
        text_en=f"{text.en}: {words.en}",
        blocking=one.blocking,
        veto=one.veto,
        advisory=one.advisory,
        parts=_parts(reading),
    )


def _parts(reading: Reading) -> tuple[PartReport, ...]:
    rule, period = reading.criterion.rule, reading.criterion.period.zh
    points = [
        row for score in within(rule, Score) for row in score_parts(score, reading.evaluation, reading.row, period)
    ]
    if isinstance(rule, Score):
        return tuple(points)
    if len(reading.placed) < 2:
        return ()
    rows = [row for several in grouped(reading.placed) for row in _rows(reading, several, period)]
    return (*rows, *points)


def _rows(reading: Reading, several: list[Placed], period: str) -> list[PartReport]:
    """The conditions of one named part; of several the part itself comes first and has the id."""
    first = several[0]
    if first.part is None or len(several) == 1:
        return [_part(one, period) for one in several]
    text = reading.part_text(first)
    head = PartReport(
        id=first.part.id,
        name=first.part.name.zh,
        name_en=first.part.name.en,
        result=RESULT_CODES[reading.part_result(first)],
        value=None,
        threshold=None,
        gap=None,
        unit="",
        period=period,
        text=text.zh,
        text_en=text.en,
    )
    return [head, *(_part(one, period).model_copy(update={"id": None}) for one in several)]


def _part(placed: Placed, period: str) -> PartReport:
    finding, words = placed.finding, RESULT_WORDS[placed.finding.result]
    return PartReport(
        id=placed.part.id if placed.part else None,
        name=finding.name.zh,
        name_en=finding.name.en,
        result=RESULT_CODES[finding.result],
        value=finding.value,
        threshold=finding.threshold,
        gap=finding.gap,
        unit=finding.unit,
        period=period_words(finding.years, Text(period, period)).zh,
        text=f"{finding.text.zh}：{words.zh}",
        text_en=f"{finding.text.en}: {words.en}",
    )
