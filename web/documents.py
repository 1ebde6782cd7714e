"""Archived documents: the page of one row among its neighbours, and the file as it was archived."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from registry.errors import Text
from registry.schemas.imports import DocumentRowPage
from registry.services.documents import get_document, get_document_row, open_archived
from registry.vocabulary import ImportState
from web.deps import AppSettings, ReadSession, current_actor
from web.navigation import path_of
from web.rendering import render, url_path

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]

ROLES = {
    "name": Text("企业名称", "Enterprise name"),
    "uscc": Text("统一社会信用代码", "Credit code"),
    "registration_no": Text("注册号", "Registration number"),
    "name_en": Text("英文名", "English name"),
    "short_name": Text("简称", "Short name"),
    "former_name": Text("曾用名", "Former name"),
    "serial": Text("序号", "Serial number"),
    "rank": Text("排名", "Rank"),
    "group": Text("分组", "Group"),
    "country": Text("国家", "Country"),
    "province": Text("省份", "Province"),
    "city": Text("城市", "City"),
    "county": Text("区县", "District"),
    "region": Text("所在地", "Place"),
    "city_code": Text("城市代码", "City code"),
    "county_code": Text("区县代码", "District code"),
    "founded_on": Text("成立日期", "Date of foundation"),
    "capital": Text("注册资本", "Registered capital"),
    "status": Text("登记状态", "Registration status"),
    "address": Text("地址", "Address"),
    "industry_code": Text("行业代码", "Industry code"),
    "industry": Text("行业", "Industry"),
    "market": Text("上市地", "Listed on"),
    "website": Text("网址", "Website"),
    "main_business": Text("主营业务", "Main business"),
    "issued_on": Text("发证日期", "Date of issue"),
    "valuation": Text("估值", "Valuation"),
    "certificate_no": Text("证书编号", "Certificate number"),
    "valid_from": Text("有效期起", "Valid from"),
    "valid_to": Text("有效期止", "Valid to"),
    "stock_code": Text("股票代码", "Stock code"),
}
"""What a column was understood as; a role without a word here is shown by its code."""

MATCHED_BY = {
    "code": Text("按统一社会信用代码对应", "matched by credit code"),
    "registration_no": Text("按注册号对应", "matched by registration number"),
    "name": Text("按名称对应", "matched by name"),
    "former_name": Text("按曾用名对应", "matched by a former name"),
    "folded_name": Text("按名称对应（括号、全半角不计）", "matched by name, brackets and width aside"),
    "other_name": Text("按其他名称对应", "matched by another name"),
    "file": Text("与本文件前面一行相同", "same as an earlier row of this file"),
}
"""How a row found its enterprise."""


@router.get("/documents/{import_id}/rows/{row_id}", name="document_row")
def document_row(request: Request, session: ReadSession, import_id: Number, row_id: Number) -> Response:
    """The row a title comes from: verbatim, with the rows around it, and what the registry made of it."""
    page = get_document_row(session, import_id=import_id, row_id=row_id)
    document = page.document
    width = max(len(page.columns), *(len(row.cells) for row in page.neighbours))
    context = {
        "page": page,
        "document": document,
        "columns": [*page.columns, *([""] * (width - len(page.columns)))],
        "width": width,
        "understood": _understood(page),
        "matched_by": MATCHED_BY.get(page.matched_by or ""),
        "reason": Text(page.reason_zh, page.reason_en or page.reason_zh) if page.reason_zh else None,
        "undone": document.state is ImportState.UNDONE,
        "batch_url": path_of(request, "batch", batch_id=document.batch_id) if document.batch_id else None,
        "original_url": url_path(request, "document_original", import_id=import_id),
        "enterprise_url": url_path(request, "enterprise", key=page.enterprise_key) if page.enterprise_key else None,
    }
    return render(request, "documents/row.html", context)


def _understood(page: DocumentRowPage) -> list[tuple[str, Text | None, str]]:
    """Column, what it was read as (None: kept, feeds nothing), value; empty cells left out."""
    return [
        (cell.column, ROLES.get(cell.role, Text(cell.role, cell.role)) if cell.role else None, cell.value)
        for cell in page.cells
        if cell.value
    ]


@router.get("/documents/{import_id}/original", name="document_original")
def document_original(session: ReadSession, settings: AppSettings, import_id: Number) -> Response:
    """The archived file, byte for byte, always as a download. Raises NotFound, Gone."""
    document = get_document(session, import_id=import_id)
    return FileResponse(
        open_archived(settings, document.sha256),
        media_type="application/octet-stream",
        filename=document.filename,
        content_disposition_type="attachment",
        headers={"X-Content-Type-Options": "nosniff"},
    )
