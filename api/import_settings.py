"""How a file is to be taken, as the form fields of the API."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Form
from pydantic import TypeAdapter, ValidationError

from registry.errors import InvalidInput
from registry.schemas.imports import ImportOptions
from registry.schemas.inputs import parse_day

Line = Annotated[str | None, Form(max_length=300)]
Json = Annotated[str, Form(max_length=200_000)]
_MAPPING = TypeAdapter(dict[str, dict[str, str]])
_HEADERS = TypeAdapter(dict[str, int])


@dataclass(frozen=True, slots=True)
class SettingsForm:
    """What the fields come to."""

    options: ImportOptions
    memory: bool


def settings_form(
    directory: Line = None,
    batch: Line = None,
    year: Annotated[int | None, Form(ge=1949, le=2200)] = None,
    announced_on: Line = None,
    document_no: Line = None,
    public_notice: Annotated[bool, Form()] = False,
    notice_from: Line = None,
    notice_to: Line = None,
    mapping: Json = "",
    header_rows: Json = "",
    sheets: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    memory: Annotated[bool, Form()] = True,
) -> SettingsForm:
    """``mapping``: JSON of table → column → field; ``header_rows``: JSON of table → row. Raises InvalidInput."""
    days = {"announced_on": announced_on, "notice_from": notice_from, "notice_to": notice_to}
    read = {name: parse_day(typed, field=name) if typed else None for name, typed in days.items()}
    options = ImportOptions(
        directory=directory or None,
        batch=batch or None,
        year=year,
        announced_on=read["announced_on"],
        document_no=document_no or None,
        public_notice=public_notice,
        notice_from=read["notice_from"],
        notice_to=read["notice_to"],
        mapping=_json(_MAPPING, mapping, "mapping"),
        header_rows=_json(_HEADERS, header_rows, "header_rows"),
        sheets=tuple(sheets),
    )
    return SettingsForm(options, memory)


def _json(kind: TypeAdapter[Any], given: str, field: str) -> Any:
    if not given.strip():
        return {}
    try:
        return kind.validate_json(given)
    except ValidationError:
        example = '{"Sheet1": {"名称": "name"}}' if field == "mapping" else '{"Sheet1": 3}'
        raise InvalidInput(
            f"{field} 应为 JSON 对象，如 {example}。",
            f"{field} must be a JSON object such as {example}.",
            field=field,
            value=given,
        ) from None
