"""The machine-readable description of the API: only /api/v1, problems included, readable for people too."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.problems import Problem

ADDRESS = "/api/v1/openapi.json"
DESCRIPTION = """\
企业、名录、批次、认定记录和认定标准的查询接口，无需登录即可读取已公开的内容。

The public interface of the registry: enterprises, directories, batches, titles and standards. No login is needed to
read what is published.

* 出错时一律返回 `application/problem+json`，写明参数、收到的值和可用的值。 / Every refusal is a problem+json that
  names the parameter, the value received and the legal values.
* 列表用 `cursor` 逐页读取，没有深度限制；下一页的地址在 `next` 和 `Link` 头里。 / Lists are paged by `cursor` without
  a depth limit; the next page is in `next` and in the `Link` header.
* 每个回答都有 `ETag`，带 `If-None-Match` 再问，没有变化时回答 304。 / Every answer has an `ETag`; ask again with
  `If-None-Match` and get 304 if nothing changed.
* `as_of` 可以是过去或将来的任何一天。 / `as_of` may be any day, past or future.
"""


def publish(app: FastAPI) -> None:
    """Serve the description of all routes added so far at ``ADDRESS``."""
    described: dict[str, Any] = {}

    def describe() -> dict[str, Any]:
        if not described:
            described.update(build(app))
        return described

    app.openapi = describe  # type: ignore[method-assign]
    app.add_api_route(ADDRESS, document, methods=["GET"], include_in_schema=False, name="api_openapi")


def document(request: Request) -> Response:
    """The description of the application that answers.

    Not a closure over it: the framework remembers every endpoint it has seen, and would keep each application alive.
    """
    described: dict[str, Any] = request.app.openapi()
    return JSONResponse(described, headers={"Cache-Control": "public, max-age=300"})


def build(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of every route that is meant to be in it."""
    schema = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=[route for route in app.routes if not isinstance(route, APIRoute) or route.include_in_schema],
    )
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return schema
