"""What may come in by the Reconciliation API 0.2 of the W3C community group, checked before it is used."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from registry.errors import InvalidInput

QUERIES_MAX = 50
"""So many names are matched in one call."""
LIMIT_MAX = 20
TEXT_MAX = 300


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PropertyGiven(_Given):
    """A property of a query: ``v`` is a text, a number, an object with ``id`` or ``name``, or several of them."""

    pid: str = Field(max_length=100)
    v: Any = None

    @property
    def text(self) -> str:
        """The value as text; of several the first."""
        value = self.v[0] if isinstance(self.v, list) and self.v else self.v
        if isinstance(value, dict):
            value = value.get("name") or value.get("id")
        return "" if value is None or isinstance(value, list | bool) else str(value)[:TEXT_MAX]


class ReconcileQuery(_Given):
    """One query of a batch."""

    query: str = Field(default="", max_length=TEXT_MAX)
    type: str | list[str] | None = None
    limit: int = Field(default=5, ge=1)
    properties: list[PropertyGiven] = Field(default=[], max_length=20)

    @property
    def types(self) -> set[str]:
        """Directories asked for; none for any enterprise."""
        given = [self.type] if isinstance(self.type, str) else self.type or []
        return {each for each in given if each and each != ENTERPRISE}


class ExtendProperty(_Given):
    """A property asked for by data extension."""

    id: str = Field(max_length=100)


class ExtendQuery(_Given):
    """A data extension: properties of entities."""

    ids: list[str] = Field(max_length=500)
    properties: list[ExtendProperty] = Field(max_length=20)


ENTERPRISE = "enterprise"
"""The type of every entity; the others are codes of directories."""

_Queries = TypeAdapter(dict[str, ReconcileQuery])
_Extend = TypeAdapter(ExtendQuery)


def parse_queries(text: str) -> dict[str, ReconcileQuery]:
    """A batch of queries as JSON. Raises InvalidInput naming ``queries``."""
    try:
        found = _Queries.validate_json(text)
    except ValidationError as error:
        raise _invalid("queries", error) from error
    if len(found) > QUERIES_MAX:
        raise InvalidInput(
            f"一次最多 {QUERIES_MAX} 个名称，收到 {len(found)} 个。",
            f"At most {QUERIES_MAX} queries a call, not {len(found)}.",
            field="queries",
            value=len(found),
        )
    return found


def parse_extend(text: str) -> ExtendQuery:
    """A data extension as JSON. Raises InvalidInput naming ``extend``."""
    try:
        return _Extend.validate_json(text)
    except ValidationError as error:
        raise _invalid("extend", error) from error


def _invalid(field: str, error: ValidationError) -> InvalidInput:
    detail = error.errors(include_url=False)[0]
    where = ".".join(map(str, detail["loc"]))[:80]
    return InvalidInput(
        f"{field} 不是规定的 JSON（{where} {detail['msg']}）。",
        f"{field} is not JSON of the specified shape ({where} {detail['msg']}).",
        field=field,
    )
