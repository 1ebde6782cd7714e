"""What the API answers over a small registry."""

import csv
import io
import json
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from registry import extras
from registry.services.downloads import offered_formats
from tests.api.conftest import FIRM, NAMES

LISTINGS = "/api/v1/directories/little_giant/listings"
HOSTILE = [
    "x" * 10_000,
    "'; DROP TABLE enterprise; --",
    "<script>alert(1)</script>",
    '"unbalanced (OR AND *',
    "‮evil​\x00名",
    "😀" * 300,
    "%00%0a",
]


def get(client: TestClient, path: str, **params: Any) -> Any:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_listing_says_who_holds_a_title_on_a_day_and_by_which_announcement(client: TestClient) -> None:
    held = get(client, LISTINGS, as_of="2026-05-06")
    assert {row["name"] for row in held["items"]} == set(NAMES)
    assert held["total"] == 3
    assert {row["batch_label"] for row in held["items"]} == {"第六批"}
    assert get(client, LISTINGS, as_of="2028-01-01")["total"] == 0
    assert get(client, LISTINGS, as_of="2028-01-01", status="expired")["total"] == 3


@pytest.mark.parametrize("first", [f"{LISTINGS}?limit=1&as_of=2026-05-06", "/api/v1/enterprises?limit=1"])
def test_pages_follow_each_other_without_gap_or_repetition_to_the_end(client: TestClient, first: str) -> None:
    address: str | None = first
    seen: list[str] = []
    while address:
        answer = client.get(address)
        page = answer.json()
        seen += [row["name"] for row in page["items"]]
        address = page["next"]
        assert ("link" in answer.headers) is (address is not None)
    assert sorted(seen) == sorted(NAMES)


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        (f"{LISTINGS}?limit=0", "limit"),
        (f"{LISTINGS}?limit=201", "limit"),
        (f"{LISTINGS}?limit=many", "limit"),
        (f"{LISTINGS}?cursor=%00", "cursor"),
        ("/api/v1/enterprises?cursor=abc", "cursor"),
        (f"{LISTINGS}?as_of=2025-02-30", "as_of"),
        (f"{LISTINGS}?as_of=0001-01-01", "as_of"),
        (f"{LISTINGS}?status=brilliant", "status"),
        (f"{LISTINGS}?city=Shenzhen", "city"),
        (f"{LISTINGS}?town=440300", "town"),
        ("/api/v1/search?directory=no_such", "directory"),
        ("/api/v1/search?level=galactic", "level"),
        ("/api/v1/search?granted=1823", "granted"),
        ("/api/v1/search?ending=soon", "ending"),
        ("/api/v1/search?grade=13", "grade"),
        ("/api/v1/search?grade=甲", "grade"),
        ("/api/v1/search?brand=。", "brand"),
        ("/api/v1/search?kind=people", "kind"),
        ("/api/v1/search?sort=alphabet", "sort"),
        ("/api/v1/directories/little_giant/download?format=pdf", "format"),
        ("/api/v1/batches/first", "batch_id"),
    ],
)
def test_a_wrong_parameter_is_422_and_named_in_both_languages(client: TestClient, path: str, parameter: str) -> None:
    for language in ("zh", "en"):
        answer = client.get(path, headers={"Accept-Language": language})
        said = answer.json()
        assert (answer.status_code, said["parameter"]) == (422, parameter)
        assert said["detail"]
        assert said["detail"].isascii() is (language == "en") or "“" in said["detail"]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/api/v1/directories/no_such", "directory"),
        ("/api/v1/directories/no_such/listings", "directory"),
        ("/api/v1/directories/no_such/download", "directory"),
        ("/api/v1/batches/999", "batch"),
        ("/api/v1/enterprises/91440300MA5NOSUCH0", "key"),
        ("/api/v1/standards/no_such", "standard"),
    ],
)
def test_what_does_not_exist_is_404_and_named(client: TestClient, path: str, parameter: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["parameter"]) == (404, parameter)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("path", ["/api/v1/search", LISTINGS, "/api/v1/enterprises/{}", "/api/v1/identifiers/{}"])
def test_hostile_text_is_answered_or_refused_and_never_a_fault(client: TestClient, path: str, text: str) -> None:
    if "{}" in path:
        answer = client.get(path.replace("{}", quote(text, safe="")))
    else:
        answer = client.get(path, params={"q" if "search" in path else "cursor": text})
    assert answer.status_code in (200, 404, 422), answer.text
    assert answer.headers["content-type"] in ("application/json", "application/problem+json")


def test_a_name_with_markup_comes_back_as_the_same_text(client: TestClient) -> None:
    names = {row["name"] for row in get(client, LISTINGS, as_of="2026-05-06")["items"]}
    assert '<b>示例</b>"丙"有限公司' in names


def test_an_enterprise_is_found_under_every_key_and_told_its_present_one(client: TestClient) -> None:
    page = get(client, f"/api/v1/enterprises/{FIRM}", as_of="2026-05-06")
    assert page["name"] == NAMES[0]
    assert [title["directory_code"] for title in page["titles"]] == ["little_giant"]
    for key in (FIRM.lower(), page["addresses"][1]):
        moved = client.get(f"/api/v1/enterprises/{key}?as_of=2026-05-06")
        assert moved.status_code == 308
        assert moved.headers["location"] == f"/api/v1/enterprises/{FIRM}?as_of=2026-05-06"


def test_an_unchanged_answer_is_304_without_body(client: TestClient) -> None:
    first = client.get("/api/v1/directories")
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    again = client.get("/api/v1/directories", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/api/v1/directories", headers={"If-None-Match": 'W/"other"'}).status_code == 200
    assert client.get("/api/v1/directories?as_of=2020-01-01", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("form", offered_formats())
def test_a_download_has_every_row_a_name_and_a_length(client: TestClient, form: str) -> None:
    answer = client.get(f"/api/v1/directories/little_giant/download?format={form}&as_of=2026-05-06")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="little_giant-2026-05-06.{form}"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    if form == "csv":
        assert len(list(csv.reader(io.StringIO(answer.text)))) == 4
    if form == "json":
        assert json.loads(answer.content)["count"] == 3
    if form == "xlsx":
        assert answer.content.startswith(b"PK")
    if form == "parquet":
        assert answer.content.startswith(b"PAR1")


def test_parquet_without_its_extra_is_refused_as_a_problem(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras.Extra, "installed", lambda _extra: False)
    for address in ("/api/v1/directories/little_giant/download", "/api/v1/products/download"):
        answer = client.get(f"{address}?format=parquet")
        assert (answer.status_code, answer.headers["content-type"]) == (501, "application/problem+json")
        assert answer.json()["code"] == "not-installed"
        assert "'.[parquet]'" in answer.json()["detail"]


def test_a_code_is_explained_with_its_repair(client: TestClient) -> None:
    said = get(client, "/api/v1/identifiers/9135090O587527783P")
    assert (said["kind"], said["valid"], said["repaired"]) == ("uscc", False, "91350900587527783P")


def test_search_answers_with_facets_and_reasons(client: TestClient) -> None:
    found = get(client, "/api/v1/search", q="示例甲")
    assert [hit["id"] for hit in found["hits"]][:1] == [FIRM]
    assert found["groups"][0] == {"kind": "enterprise", "total": found["total"]}
    assert found["hits"][0]["why"]["zh"]
    assert found["degraded"] is True
    assert found["facets"].keys() == {"directory", "city", "chain", "level", "status"}


def test_figures_are_checked_against_a_standard_and_nothing_is_stored(client: TestClient) -> None:
    figures = {
        "as_of": "2026-05-06",
        "enterprise": {"region_code": "440300"},
        "annual": {"2025": {"revenue": 82000000}},
    }
    answer = client.post("/api/v1/standards/little_giant/check", json=figures)
    assert answer.status_code == 200
    report = answer.json()
    assert (report["standard"], report["verdict"]) == ("LG26", "undecided")
    assert {row["result"] for row in report["criteria"]} <= {
        "met",
        "unmet",
        "unknown",
        "needs_review",
        "not_applicable",
    }


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"annual": {"2025": {"revenues": 1}}}', b'{"as_of": "2025-02-30"}', b"[" * 5000],
)
def test_a_broken_figures_file_is_refused_in_one_sentence(client: TestClient, body: bytes) -> None:
    answer = client.post("/api/v1/standards/little_giant/check", content=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid-input"
    assert "\n" not in answer.json()["detail"]


def test_standards_are_told_in_both_languages_with_their_source(client: TestClient) -> None:
    versions = get(client, "/api/v1/standards/little_giant")["versions"]
    assert [one["id"] for one in versions] == ["LG26", "LG22"]
    for criterion in versions[0]["shown"]:
        assert criterion["sentence"]["zh"]
        assert criterion["sentence"]["en"]
        assert criterion["source"]["clause"]
