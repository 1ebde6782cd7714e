"""Whatever goes wrong is told once, alike, with the real status."""

import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from registry.errors import (
    Conflict,
    Gone,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RegistryError,
    StorageUnavailable,
)

KINDS: list[type[RegistryError]] = [NotFound, Gone, NotAllowed, Conflict, InvalidInput, StorageUnavailable]
SHAPE = {
    "type", "title", "status", "code", "detail", "instance", "parameter", "value", "choices", "request_id",
}  # fmt: skip


def broken(client: TestClient, path: str, error: Exception) -> None:
    """Give the application a route that breaks."""
    app = client.app
    assert isinstance(app, FastAPI)

    def route() -> None:
        raise error

    app.add_api_route(path, route, methods=["GET"])
    app.router.routes.insert(0, app.router.routes.pop())


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_is_a_page_with_its_status_and_its_sentence_escaped(
    client: TestClient, kind: type[RegistryError]
) -> None:
    broken(client, "/broken", kind("不行 <script>alert(1)</script>。", "No <script>alert(1)</script>.", field="q"))
    answer = client.get("/broken")
    assert answer.status_code == kind.status
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "<main" in answer.text
    english = client.get("/broken", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert kind.title.en in english.text
    assert "No &lt;script&gt;" in english.text


def test_htmx_gets_the_same_refusal_as_a_fragment_with_the_same_status(client: TestClient) -> None:
    broken(client, "/broken", NotFound("没有。", "None."))
    answer = client.get("/broken", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert "<main" not in answer.text
    assert "没有。" in answer.text
    assert "HX-Request" in answer.headers["vary"]


@pytest.mark.parametrize("kind", KINDS)
def test_under_api_a_refusal_is_problem_json_in_the_callers_language(
    client: TestClient, kind: type[RegistryError]
) -> None:
    broken(client, "/api/broken", kind("不行。", "No.", field="q", value="x" * 500, choices=("a", "b")))
    answer = client.get("/api/broken", headers={"Accept-Language": "en"})
    said = answer.json()
    assert answer.status_code == said["status"] == kind.status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said.keys() == SHAPE
    assert said["detail"] == "No."
    assert (said["code"], said["parameter"], said["choices"]) == (kind.code, "q", ["a", "b"])
    assert len(said["value"]) <= 60
    assert said["request_id"] == answer.headers["x-request-id"]
    assert client.get("/api/broken?lang=zh", headers={"Accept-Language": "en"}).json()["detail"] == "不行。"


def test_a_fault_tells_a_number_and_nothing_else_and_logs_the_trace(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(client, "/broken", ZeroDivisionError("secret detail"))
    broken(client, "/api/broken", ZeroDivisionError("secret detail"))
    page, problem = client.get("/broken"), client.get("/api/broken")
    assert page.status_code == problem.status_code == 500
    assert "secret" not in page.text + problem.text
    assert "E-0000-0000" not in page.text
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    faults = [line for line in lines if line["event"] == "fault"]
    assert len(faults) == 2
    assert "secret detail" in faults[0]["exception"]
    assert faults[0]["number"] in page.text
    assert faults[1]["number"] in problem.json()["detail"]
    assert page.headers["content-security-policy"]


def test_a_page_that_needs_a_login_leads_there_and_back(client: TestClient) -> None:
    broken(client, "/broken", NotAuthenticated("请先登录。", "Sign in first."))
    answer = client.get("/broken?a=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fbroken%3Fa%3D1")


def test_an_unknown_address_and_a_wrong_method_are_refused_on_both_sides(client: TestClient) -> None:
    assert client.get("/nothing/here").status_code == 404
    assert client.get("/api/v1/nothing").json()["code"] == "not-found"
    assert client.post("/healthz", headers={"Origin": "https://registry.example"}).status_code == 405
    assert client.delete("/api/v1/directories").json()["code"] == "method-not-allowed"


def test_a_body_over_the_limit_is_413(client: TestClient) -> None:
    answer = client.post("/api/v1/standards/hte/check", content=b"x" * 1_000_001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    unannounced = client.post("/api/v1/standards/hte/check", content=iter([b"x" * 600_000] * 2))
    assert unannounced.status_code == 413


def test_an_address_with_markup_is_shown_escaped(client: TestClient) -> None:
    answer = client.get("/%3Cscript%3Ealert(1)%3C/script%3E")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
