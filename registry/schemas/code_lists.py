"""Code lists (代码表): what the codes in answers and files mean."""

from pydantic import Field

from registry.errors import Text
from registry.schemas.base import ReadModel


class CodeEntry(ReadModel):
    """One code."""

    code: str
    name: Text = Field(description="没有英文名的，en 与 zh 相同 / where there is no English name en equals zh")
    parent: str | None = Field(description="上一级代码 / code one level up")
    level: str | None
    current: bool = Field(description="现行；停用的代码仍可能出现在旧名单里 / in force; old lists may use others")
    successors: list[str] = Field(description="取代它的代码 / codes that replaced it")


class CodeList(ReadModel):
    """A code list as a whole."""

    name: str
    title: Text
    source: Text
    entries: list[CodeEntry]


class CodeListSummary(ReadModel):
    """A code list without its codes."""

    name: str
    title: Text
    source: Text
    count: int
