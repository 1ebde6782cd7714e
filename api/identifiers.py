"""Codes explained: what a text that looks like a code is, and what is wrong with it."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.problems import refusals
from api.routing import public_router
from registry.errors import Text
from registry.identity.explain import CodeKind, explain_code
from registry.schemas.base import ReadModel

router: APIRouter = public_router("identifiers", "代码 / Codes")


class ExplainedCode(ReadModel):
    """What a code was recognised as."""

    kind: CodeKind
    normalised: str
    valid: bool
    message: Text
    repaired: str | None
    nearest: list[str]


@router.get(
    "/identifiers/{code}",
    name="api_identifier",
    summary="解释一个代码 / Explain a code",
    responses=refusals(),
)
def explain(
    code: Annotated[
        str,
        Path(
            max_length=100,
            description="统一社会信用代码、组织机构代码或旧注册号，任何写法 / Any kind of code, however written",
            examples=["9135090O587527783P"],
        ),
    ],
) -> ExplainedCode:
    """识别代码种类并核对校验位；有一位之差的有效代码列在 nearest 中。

    Recognises the kind of code and checks it; valid codes at one edit are listed in ``nearest``.
    """
    found = explain_code(code)
    return ExplainedCode(
        kind=found.kind,
        normalised=found.normalised,
        valid=found.valid,
        message=found.message,
        repaired=found.repaired,
        nearest=list(found.nearest),
    )
