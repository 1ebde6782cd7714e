"""The API keeps to its own description, whatever is asked within it."""

from typing import Any

import pytest
import schemathesis
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.routes import ROUTERS

OPERATIONS = sorted(
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_one_that_the_description_promises(client: TestClient, method: str, path: str) -> None:
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", client.app)
    operation = schema[path][method]

    @given(data=st.data())
    @settings(
        max_examples=15,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(data: Any) -> None:
        case = data.draw(operation.as_strategy())
        case.call_and_validate(session=client, checks=CHECKS)

    ask()


def test_every_operation_is_described_in_both_languages_with_its_refusals(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert len(described["paths"]) == len({path for _, path in OPERATIONS})
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert " / " in operation["summary"], path
            assert not operation["summary"].isascii(), path
            assert len(operation["description"]) > 10, path
            for status in ("422", "503"):
                assert "application/problem+json" in operation["responses"][status]["content"], path
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_names_of_operations_are_unique_and_stable(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    names = [
        operation["operationId"] for operations in described["paths"].values() for operation in operations.values()
    ]
    assert len(names) == len(set(names))
    assert "search" in names
