"""Refusals as ``application/problem+json`` (RFC 9457), and how routes document them."""

from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from registry.errors import Locale, RegistryError

MEDIA_TYPE = "application/problem+json"
_SAID = {
    400: "请求不完整 / The request is incomplete",
    401: "需要登录 / Sign in first",
    403: "无权操作 / Not allowed",
    404: "没有找到 / Not found",
    409: "与现有记录或状态冲突 / Conflicts with the present state",
    410: "记录已撤回 / The record was withdrawn",
    413: "请求过大 / The request is too large",
    422: "参数有误，指出是哪一个 / A parameter is wrong; says which",
    429: "请求太快，Retry-After 秒后再试 / Too fast; ask again after Retry-After seconds",
    501: "本站没有安装这项功能 / This site does without the extra it needs",
    503: "数据存储暂不可用 / Storage is unavailable",
}


class Problem(BaseModel):
    """What every refusal looks like. Match on ``code``, never on the sentences."""

    type: str = Field(examples=["urn:registry:problem:invalid-input"])
    title: str = Field(examples=["输入有误"])
    status: int = Field(examples=[422])
    code: str = Field(description="稳定的代号 / stable slug", examples=["invalid-input"])
    detail: str = Field(examples=["limit 应在 1 到 200 之间。"])
    instance: str = Field(description="请求的路径 / path of the request", examples=["/api/v1/enterprises"])
    parameter: str | None = Field(description="出错的参数 / the parameter at fault", examples=["limit"])
    value: str | None = Field(description="收到的值（截短）/ the value as received, shortened", examples=["0"])
    choices: list[str] = Field(description="可用的值（若不多）/ legal values, if few", examples=[[]])
    request_id: str = Field(description="请求编号，可据此查日志 / number of the request in the log")


class ProblemResponse(JSONResponse):
    """A problem with its own media type."""

    media_type = MEDIA_TYPE


def problem(error: RegistryError, *, locale: Locale, instance: str, request_id: str) -> ProblemResponse:
    """The answer to a refusal, in one language, with its real status."""
    said = Problem(
        type=f"urn:registry:problem:{error.code}",
        title=error.title.in_(locale),
        status=error.status,
        code=error.code,
        detail=error.text.in_(locale),
        instance=instance,
        parameter=error.field,
        value=error.value,
        choices=list(error.choices),
        request_id=request_id,
    )
    headers = {"Content-Language": "en" if locale == "en" else "zh-CN", "Cache-Control": "no-store"}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_seconds:
        headers["Retry-After"] = str(error.retry_seconds)
    return ProblemResponse(said.model_dump(), status_code=error.status, headers=headers)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """``responses=`` of a route: which refusals it can answer with; 422 and 503 are possible everywhere."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _SAID[status], "content": content} for status in sorted({*statuses, 422, 429, 503})}
