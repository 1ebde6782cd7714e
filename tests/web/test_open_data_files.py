"""Open data as programs meet it: feed, bulk files, code lists, site map, linked data, and the commands of the guide."""

import csv
import hashlib
import io
import json
import re
import shlex
from collections.abc import Iterator
from html import unescape

import pytest
from fastapi.testclient import TestClient
from lxml import etree
from sqlmodel import select

from registry.db import make_engine, reading
from registry.models import Enterprise
from registry.services.bulk.writing import write_bulk
from registry.services.feed.night import tell_everybody
from registry.settings import Settings
from tests.support.apps import running
from tests.web.public_registry import public_settings

__all__ = ["public_settings"]

NAMES = {"a": "http://www.w3.org/2005/Atom", "s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(scope="module")
def site(public_settings: Settings) -> Iterator[TestClient]:
    """A visitor of the filled registry after its first night."""
    engine = make_engine(public_settings)
    tell_everybody(engine)
    write_bulk(engine, public_settings.data_dir)
    engine.dispose()
    with running(public_settings, raise_faults=True) as client:
        yield client


@pytest.fixture(scope="module")
def firm(public_settings: Settings) -> str:
    engine = make_engine(public_settings)
    with reading(engine) as session:
        found = session.exec(select(Enterprise.uscc).where(Enterprise.uscc != None)).first()  # noqa: E711 - SQL
    engine.dispose()
    assert found is not None
    return found


def alternate(page: str, media_type: str) -> str:
    """The address of the other form a page names in its head."""
    found = re.search(rf'<link rel="alternate" type="{re.escape(media_type)}"[^>]*href="([^"]+)"', page)
    assert found is not None
    return unescape(found[1])


def path_of(address: str) -> str:
    """What stands behind the host."""
    return address.partition("registry.example")[2]


def test_the_change_feed_is_read_page_by_page_to_its_end(site: TestClient) -> None:
    address, seen = "/api/v1/events?limit=7", []
    while address:
        answer = site.get(address)
        page = answer.json()
        seen += [event["seq"] for event in page["items"]]
        assert (f'<{page["next"]}>; rel="next"' == answer.headers.get("link")) is bool(page["next"])
        address = page["next"]
    assert seen == list(range(1, page["latest"] + 1))
    assert site.get(f"/api/v1/events?after={page['latest']}").json()["items"] == []


def test_what_is_asked_of_the_feed_wrongly_is_named(site: TestClient) -> None:
    answer = site.get("/api/v1/events?type=granted,lost")
    assert answer.status_code == 422
    assert (answer.json()["parameter"], answer.json()["value"]) == ("type", "lost")
    assert "granted" in answer.json()["choices"]
    assert site.get("/api/v1/events?directory=none").status_code == 404
    assert site.get("/api/v1/events?after=-1").status_code == 422


def test_a_directory_names_its_feed_and_a_reader_who_has_it_gets_no_body(site: TestClient) -> None:
    address = alternate(site.get("/directories/little_giant").text, "application/atom+xml")
    answer = site.get(address, headers={"accept-language": "en"})
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.content)
    entries = feed.findall("a:entry", NAMES)
    assert entries
    links = [str(link.get("href")) for entry in entries for link in entry.findall("a:link", NAMES)]
    assert {link: site.get(path_of(link)).status_code for link in links} == dict.fromkeys(links, 200)
    asked = {"accept-language": "en", "if-none-match": answer.headers["etag"]}
    again = site.get(address, headers=asked)
    assert (again.status_code, again.content) == (304, b"")
    assert etree.fromstring(site.get("/feed.atom").content).findall("a:entry", NAMES)


def test_bulk_files_can_be_gone_on_with_and_asked_about(site: TestClient) -> None:
    manifest = site.get("/bulk/latest/manifest.json")
    assert manifest.headers["content-type"] == "application/json"
    file = next(one for one in manifest.json()["files"] if one["name"] == "listings.ndjson.gz")
    address = f"/bulk/{manifest.json()['date']}/{file['name']}"
    whole = site.get(address)
    assert (whole.headers["content-type"], whole.headers["accept-ranges"]) == ("application/gzip", "bytes")
    assert hashlib.sha256(whole.content).hexdigest() == file["sha256"]
    tag = whole.headers["etag"]
    rest = site.get(address, headers={"range": "bytes=100-", "if-range": tag})
    assert (rest.status_code, whole.content[:100] + rest.content) == (206, whole.content)
    changed = site.get(address, headers={"range": "bytes=100-", "if-range": '"another"'})
    assert (changed.status_code, changed.content) == (200, whole.content)
    assert site.get(address, headers={"if-none-match": tag}).status_code == 304
    assert site.get(address, headers={"range": "bytes=999999999-"}).status_code == 416


@pytest.mark.parametrize(
    "path", ["latest/registry.sqlite3", "latest/..%2f..%2fregistry.sqlite3", "1999-01-01/x", ".lock/x"]
)
def test_nothing_else_in_the_data_folder_is_served(site: TestClient, path: str) -> None:
    assert site.get(f"/bulk/{path}").status_code in (404, 422)


def test_every_code_list_is_there_as_json_and_as_csv(site: TestClient) -> None:
    lists = {one["name"]: one["count"] for one in site.get("/api/v1/codes").json()["items"]}
    assert {"regions", "industries", "directories", "levels", "title_states", "chains"} <= lists.keys()
    for name, count in lists.items():
        entries = site.get(f"/api/v1/codes/{name}").json()["entries"]
        assert len({entry["code"] for entry in entries}) == len(entries) == count
        rows = list(
            csv.DictReader(io.StringIO(site.get(f"/api/v1/codes/{name}?format=csv").text.removeprefix("\ufeff")))
        )
        assert [row["code"] for row in rows] == [entry["code"] for entry in entries]
    shenzhen = next(e for e in site.get("/api/v1/codes/regions").json()["entries"] if e["code"] == "440300")
    assert (shenzhen["name"], shenzhen["parent"]) == ({"zh": "深圳市", "en": "Shenzhen"}, "440000")
    assert "levels" in site.get("/api/v1/codes/none").json()["choices"]


def test_every_code_in_the_bulk_files_is_in_its_code_list(site: TestClient) -> None:
    import gzip

    def rows(name: str) -> list[dict[str, object]]:
        return [
            json.loads(line)
            for line in gzip.decompress(site.get(f"/bulk/latest/{name}.ndjson.gz").content).splitlines()
        ]

    def codes(name: str) -> set[object]:
        return {entry["code"] for entry in site.get(f"/api/v1/codes/{name}").json()["entries"]}

    for dataset, column, name in (
        ("enterprises", "region_code", "regions"),
        ("enterprises", "industry_code", "industries"),
        ("enterprises", "operating_status", "operating_states"),
        ("listings", "status", "title_states"),
        ("listings", "directory", "directories"),
        ("events", "type", "event_types"),
        ("directories", "level", "levels"),
    ):
        assert {row[column] for row in rows(dataset)} - {None} <= codes(name), (dataset, column)


def test_the_site_map_leads_to_pages_that_are_there(site: TestClient) -> None:
    robots = site.get("/robots.txt").text
    place = re.search(r"Sitemap: https://registry\.example(\S+)", robots)
    assert place is not None
    parts = etree.fromstring(site.get(place[1]).content).findall(".//s:loc", NAMES)
    found = []
    for part in parts:
        content = site.get(path_of(str(part.text))).content
        found += [str(loc.text) for loc in etree.fromstring(content).findall(".//s:loc", NAMES)]
    assert len(found) == len(set(found)) > 20
    paths = {path_of(place) for place in found}
    assert {"/products", "/products/check", "/plan", "/plan/electronics_2019_2022"} <= paths
    assert {place: site.get(path_of(place)).status_code for place in found[::5]} == dict.fromkeys(found[::5], 200)
    assert site.get("/sitemap/e9.xml").status_code == 404
    assert site.get("/sitemap/x.xml").status_code == 404


def test_every_link_of_llms_txt_leads_somewhere(site: TestClient) -> None:
    text = site.get("/llms.txt").text
    links = re.findall(r"\]\(https://registry\.example(/[^)]*)\)", text)
    assert {link: site.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    assert len(links) > 10


def test_an_enterprise_is_linked_data_with_only_the_titles_it_holds(site: TestClient, firm: str) -> None:
    address = alternate(site.get(f"/e/{firm}").text, "application/ld+json")
    answer = site.get(address)
    assert answer.headers["content-type"] == "application/ld+json"
    said = answer.json()
    assert (said["@type"], said["taxID"]) == ("Organization", firm)
    shown = site.get(f"/api/v1/enterprises/{firm}").json()
    held = [title for title in shown["titles"] if title["status"] in ("valid", "due")]
    assert len(said.get("hasCertification", [])) == len(held)
    assert site.get("/e/91440300MA00000000.jsonld").status_code in (404, 422)


def test_the_page_shows_what_there_is_and_the_changes(site: TestClient) -> None:
    page = site.get("/open-data", headers={"accept-language": "en"}).text
    assert "listings.ndjson.gz" in page
    assert "Change feed" in page
    assert "/api/v1/events" in site.get("/open-data/changes").text


def _requests(command: str) -> Iterator[tuple[str, str, dict[str, str], str | None]]:
    """What the curl commands of a block ask: method, address, headers, body."""
    for line in command.replace("\\\n", " ").splitlines():
        words = shlex.split(line)
        if words[0] != "curl":
            continue
        method, address, headers, body, query = "GET", "", {}, None, ""
        rest = iter(words[1:])
        for word in rest:
            if word == "-X":
                method = next(rest)
            elif word == "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            elif word == "-d":
                body = next(rest)
            elif word == "--data-urlencode":
                query = next(rest)
            elif word in ("-o", "-w", "-C"):
                next(rest)
            elif word.startswith("http"):
                address = word.partition("registry.example")[2]
        yield method, address + (f"?{query}" if query else ""), headers, body


def test_every_command_of_the_guide_runs(site: TestClient) -> None:
    blocks = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", site.get("/open-data").text, re.S)
    asked = [one for block in blocks for one in _requests(unescape(block)) if "curl" in block]
    assert len(asked) >= 10
    answers = {}
    for method, address, headers, body in asked:
        clean = {name: value for name, value in headers.items() if "$(" not in value}
        answers[address] = site.request(method, address, headers=clean, content=body).status_code
    refused = {address for address, status in answers.items() if status >= 400}
    assert refused == {"/api/v1/directories/little_giant/listings?as_of=2025-02-30"}
