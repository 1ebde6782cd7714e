"""Every answer carries the headers that keep a browser safe, and one line of log."""

import json

import pytest
from fastapi.testclient import TestClient

EXPECTED = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/login"),
        ("GET", "/no-such-page"),
        ("GET", "/static/css/registry.css"),
        ("GET", "/static/no-such-file"),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/api/v1/directories"),
        ("GET", "/api/v1/directories?limit=x"),
        ("GET", "/api/v1/no-such-thing"),
        ("POST", "/login"),
        ("DELETE", "/login"),
        ("POST", "/api/v1/standards/hte/check"),
    ],
)
def test_every_answer_carries_the_security_headers(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    for name, value in EXPECTED.items():
        assert answer.headers[name] == value
    assert len(answer.headers["x-request-id"]) == 16


def test_a_page_has_no_inline_script_or_style(client: TestClient) -> None:
    for path in ("/login", "/no-such-page"):
        page = client.get(path).text
        assert "<style" not in page
        assert " style=" not in page
        assert "<script>" not in page
        assert " onclick=" not in page


def test_each_request_is_one_line_of_log_without_the_query(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/no-such-page?q=private")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    mine = [line for line in lines if line.get("request_id") == answer.headers["x-request-id"]]
    assert len(mine) == 1
    assert (mine[0]["path"], mine[0]["status"], mine[0]["method"]) == ("/no-such-page", 404, "GET")
    assert "private" not in json.dumps(mine)


def test_ready_only_with_the_right_schema(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"ready": True}
    assert client.get("/healthz").text == "ok\n"
