"""The Reconciliation API 0.2: manifest, queries, suggestions, preview and data extension in the specified shapes."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import FIRM, NAMES

ADDRESS = "/api/v1/reconcile"


def post(client: TestClient, **form: Any) -> Any:
    answer = client.post(ADDRESS, data={key: json.dumps(value) for key, value in form.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_manifest_says_what_the_service_can_do(client: TestClient) -> None:
    answer = client.get(ADDRESS)
    manifest = answer.json()
    assert manifest["versions"] == ["0.2"]
    assert {"name", "identifierSpace", "schemaSpace"} <= manifest.keys()
    assert manifest["view"]["url"] == "https://registry.example/e/{{id}}"
    assert "{{id}}" in manifest["preview"]["url"]
    assert {"id": "little_giant", "name": "专精特新“小巨人”企业"}["id"] in {t["id"] for t in manifest["defaultTypes"]}
    for service in (*manifest["suggest"].values(), manifest["extend"]["propose_properties"]):
        found = client.get(service["service_url"] + service["service_path"])
        assert found.status_code == 200, service
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_a_batch_of_queries_is_answered_under_its_own_keys(client: TestClient) -> None:
    found = post(
        client,
        queries={
            "q0": {"query": NAMES[0]},
            "q1": {"query": "深圳市示例乙电子有限公司", "type": "little_giant", "limit": 3},
            "q2": {"query": "不存在的名称有限公司"},
            "q3": {"query": "已经改名", "properties": [{"pid": "code", "v": FIRM}, {"pid": "city", "v": {"id": "x"}}]},
            "q4": {"query": ""},
            "q5": {"query": NAMES[0], "type": ["unicorn"]},
        },
    )
    assert list(found) == ["q0", "q1", "q2", "q3", "q4", "q5"]
    (first,) = found["q0"]["result"]
    assert (first["id"], first["name"], first["score"], first["match"]) == (FIRM, NAMES[0], 100, True)
    assert [each["id"] for each in first["type"]] == ["enterprise", "little_giant"]
    assert all(set(each) == {"id", "value"} for each in first["features"])
    (second,) = found["q1"]["result"]
    assert (second["score"], second["match"]) == (99, True)
    assert found["q2"] == found["q4"] == found["q5"] == {"result": []}
    assert found["q3"]["result"][0]["id"] == FIRM


def test_queries_work_by_get_and_as_jsonp(client: TestClient) -> None:
    queries = json.dumps({"q0": {"query": NAMES[0]}})
    assert client.get(ADDRESS, params={"queries": queries}).json()["q0"]["result"][0]["id"] == FIRM
    answer = client.get(ADDRESS, params={"queries": queries, "callback": "jQuery1_2.done"})
    assert answer.headers["content-type"].startswith("application/javascript")
    assert answer.text.startswith("/**/jQuery1_2.done({")
    assert answer.text.endswith(");")


@pytest.mark.parametrize("callback", ["alert(1)", "a;b", "1a", "<script>", "a.b.c.d.e", ""])
def test_a_callback_that_is_no_name_is_refused(client: TestClient, callback: str) -> None:
    answer = client.get(ADDRESS, params={"callback": callback})
    assert (answer.status_code, answer.json()["parameter"]) == (422, "callback")


@pytest.mark.parametrize("queries", ["", "[]", "{", '{"q0": 1}', '{"q0": {"query": 1}}', '{"q0": {"limit": 0}}'])
def test_queries_of_another_shape_are_refused(client: TestClient, queries: str) -> None:
    answer = client.post(ADDRESS, data={"queries": queries})
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert queries == ""
    else:
        assert answer.json()["parameter"] == "queries"


def test_no_more_than_fifty_queries_a_call(client: TestClient) -> None:
    many = {f"q{n}": {"query": NAMES[0]} for n in range(51)}
    answer = client.post(ADDRESS, data={"queries": json.dumps(many)})
    assert (answer.status_code, answer.json()["parameter"]) == (422, "queries")


def test_suggestions_for_entities_properties_and_types(client: TestClient) -> None:
    def ids(kind: str, prefix: str) -> list[str]:
        found = client.get(f"{ADDRESS}/suggest/{kind}", params={"prefix": prefix}).json()["result"]
        assert all({"id", "name"} <= each.keys() for each in found)
        return [each["id"] for each in found]

    assert ids("entity", "深圳示例甲") == [FIRM]
    assert len(ids("entity", "深圳示例")) == 2
    assert ids("entity", "%") == []
    assert "city" in ids("property", "城")
    assert ids("type", "little") == ["little_giant"]
    assert client.get(f"{ADDRESS}/suggest/other").status_code == 422


def test_data_extension_gives_typed_values(client: TestClient) -> None:
    assert [each["id"] for each in client.get(f"{ADDRESS}/properties").json()["properties"]][:2] == ["code", "name"]
    asked = [{"id": name} for name in ("code", "name", "city", "titles", "validity", "nonesuch")]
    found = post(client, extend={"ids": [FIRM, "unknown"], "properties": asked})
    assert [each["id"] for each in found["meta"]] == [each["id"] for each in asked]
    row = found["rows"][FIRM]
    assert row["code"] == [{"str": FIRM}]
    assert row["city"] == [{"str": "深圳市"}]
    assert row["validity"] in ([{"date": "2027-09-01T00:00:00Z"}], [])
    assert row["nonesuch"] == []
    assert all(values == [] for values in found["rows"]["unknown"].values())


def test_the_preview_escapes_and_may_be_framed(client: TestClient) -> None:
    found = client.get(f"{ADDRESS}/suggest/entity", params={"prefix": "b示例"}).json()["result"]
    key = found[0]["id"] if found else FIRM
    answer = client.get(f"{ADDRESS}/preview", params={"id": key})
    assert answer.status_code == 200
    assert "<b>" not in answer.text
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert client.get(f"{ADDRESS}/preview", params={"id": "nonesuch"}).status_code == 404


def test_other_sites_may_post_here_and_nowhere_else(client: TestClient) -> None:
    foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    data = {"queries": json.dumps({"q0": {"query": NAMES[0]}})}
    assert client.post(ADDRESS, data=data, headers=foreign).status_code == 200
    assert client.post("/api/v1/match", headers=foreign).status_code == 403
    assert client.post(f"{ADDRESS}/preview", headers=foreign).status_code == 403
