"""Code lists: what the codes in answers and files mean, as JSON or CSV."""

import csv
import io
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api.deps import ReadSession
from api.problems import refusals
from api.routing import public_router
from registry.schemas.base import ReadModel
from registry.schemas.code_lists import CodeList, CodeListSummary
from registry.services.code_lists import code_list, code_lists
from registry.services.downloads import guarded

router: APIRouter = public_router("codes", "代码表 / Code lists")


class CodeLists(ReadModel):
    """All code lists."""

    items: list[CodeListSummary]


@router.get("/codes", name="api_code_lists", summary="全部代码表 / All code lists", responses=refusals())
def list_code_lists(session: ReadSession) -> CodeLists:
    """每个代码表的名称和条数。 / Every code list with the number of its codes."""
    return CodeLists(items=code_lists(session))


@router.get(
    "/codes/{list}",
    name="api_code_list",
    summary="一个代码表 / One code list",
    response_model=CodeList,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "代码表 / The code list"},
        **refusals(404),
    },
)
def show_code_list(
    session: ReadSession,
    list: Annotated[str, Path(max_length=40, description="代码表的名称 / Name of the list", examples=["levels"])],
    format: Annotated[Literal["json", "csv"], Query(description="格式 / Format")] = "json",
) -> CodeList | Response:
    """行政区划、行业、名录、级别、状态、产业链等代码的含义。 / What codes of divisions, industries, states … mean."""
    found = code_list(session, list)
    return found if format == "json" else _csv(found)


def _csv(found: CodeList) -> Response:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["code", "name_zh", "name_en", "parent", "level", "current", "successors"])
    for entry in found.entries:
        words = [entry.code, entry.name.zh, entry.name.en, entry.parent, entry.level]
        writer.writerow([*map(guarded, words), "1" if entry.current else "0", " ".join(entry.successors)])
    headers = {"Content-Disposition": f'attachment; filename="{found.name}.csv"'}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv", headers=headers)
