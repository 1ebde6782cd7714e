"""The self-check: a form made from the questions of a standard, and its answer. Nothing sent is stored or logged.

Answers travel in the body of a POST, never in an address, and the page with the result is the answer itself: there is
no row anywhere that a redirect could show.
"""

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import InvalidInput
from registry.services.standards import known_standards
from registry.tiering.answers import read_answers
from registry.tiering.evaluation import evaluate
from registry.tiering.figures_file import check_figures
from registry.tiering.one_firm import population_from_file
from registry.tiering.report import explain
from registry.tiering.selection import find
from web import self_check_views as views
from web.deps import ReadSession, current_actor
from web.rendering import render
from web.standards import Code

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)

TEMPLATE = "standards/self_check.html"
FORM_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 2000
PRIVATE = {"Cache-Control": "no-store"}
"""What somebody filled in must not stay in a cache on the way, nor in that of a shared computer."""


async def form_fields(request: Request) -> dict[str, str]:
    """The fields of a plain form, read in memory: nothing is spooled to a file. Raises InvalidInput."""
    if not request.headers.get("content-type", "").lower().startswith(FORM_TYPE):
        raise InvalidInput("请从自测页面提交。", "Send it from the page of the self-check.", field="body")
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise InvalidInput("表单的栏目过多。", "The form has too many fields.", field="body") from None


FormFields = Annotated[dict[str, str], Depends(form_fields)]


@router.get("/standards/{code}/self-check", name="self_check")
def self_check(
    request: Request, session: ReadSession, code: Code, procedure: str = "new", as_of: str = "", region: str = ""
) -> Response:
    """The empty form. ``procedure``, ``as_of`` and ``region`` choose the version; 422 where no version fits."""
    known = known_standards(session)
    versions = find(find(code, among=known)[0].tier, among=known)
    frame = views.read_frame(code, {"procedure": procedure, "as_of": as_of, "region": region}, known, today())
    context = views.form_context(request, versions, frame, {}, None)
    return render(request, TEMPLATE, context, status=422 if frame.faults else 200)


@router.post("/standards/{code}/self-check", name="self_check_result")
def self_check_result(request: Request, session: ReadSession, code: Code, fields: FormFields) -> Response:
    """The result above the form with everything that was filled in; 422 and no result where an answer is wrong."""
    known = known_standards(session)
    versions = find(find(code, among=known)[0].tier, among=known)
    frame = views.read_frame(code, fields, known, today())
    if frame.standard is None or frame.faults:
        return render(request, TEMPLATE, views.form_context(request, versions, frame, fields, None), status=422)
    answers = read_answers(
        frame.questions, fields, as_of=frame.as_of, procedure=frame.procedure, region_code=frame.region
    )
    context = views.form_context(request, versions, frame, fields, answers)
    if answers.faults:
        return render(request, TEMPLATE, context, status=422, headers=PRIVATE)
    firm = population_from_file(check_figures(answers.figures))
    report = explain(evaluate(frame.standard, firm), 0)
    context["result"] = views.result_context(request, report, frame, answers)
    return render(request, TEMPLATE, context, headers=PRIVATE)
