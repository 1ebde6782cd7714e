"""The interface asked by everybody: whatever is asked within its description, the answer is one it describes.

The questions are drawn once from the description, the same for all, and then asked by each kind of person and with a
key, so that what an official may do is asked by the public too and the other way round.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.security.people import STRANGERS
from tests.support.roles import LOCAL, ROLES
from tests.web.world import World

EACH = 2
"""Questions of each operation."""
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
WITH_KEY = "key"
HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def questions(made_world: World) -> list[Any]:
    """Questions to every operation, always the same ones."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", made_world.client.app)
    drawn: list[Any] = []
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        before = len(drawn)
        _draw(operation, drawn)
        assert len(drawn) > before, operation.label
    return drawn


def _draw(operation: Any, into: list[Any]) -> None:
    @given(data=st.data())
    @settings(max_examples=EACH, derandomize=True, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def take(data: Any) -> None:
        into.append(data.draw(operation.as_strategy()))

    take()


@pytest.mark.parametrize("role", [*ROLES, *STRANGERS, WITH_KEY])
def test_whoever_asks_the_answer_is_one_that_is_described(world: World, questions: list[Any], role: str) -> None:
    headers = {"x-api-key": world.key} if role == WITH_KEY else {}
    cookies = {LOCAL: world.tokens[role]} if role in world.tokens else {}
    statuses: set[int] = set()
    for case in questions:
        world.client.cookies.clear()
        # At the address whose cookies may come without https, like those of all who ask in these tests.
        answer = case.call(base_url=HERE, session=world.client, headers=headers, cookies=cookies)
        case.validate_response(answer, checks=CHECKS)
        statuses.add(answer.status_code)
        if answer.status_code >= 400:
            assert answer.headers["content-type"][0].startswith("application/problem+json"), case
    assert 200 in statuses
    assert (401 in statuses) is (role in ("public", WITH_KEY))
