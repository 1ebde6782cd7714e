"""The page of open data: what it links to is there, what it shows to type is for this server."""

import re
from html import unescape

from fastapi.testclient import TestClient


def test_every_link_of_the_page_leads_somewhere(client: TestClient) -> None:
    page = client.get("/open-data").text
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]*)"', page)}
    links = {link for link in links if not link.startswith("/static")}
    assert "/api/v1/openapi.json" in links
    assert {link: client.get(link).status_code for link in links if client.get(link).status_code >= 400} == {}


def test_the_commands_name_this_very_server(client: TestClient) -> None:
    page = client.get("/open-data").text
    assert "https://registry.example/api/v1/directories" in page
    addresses = re.findall(r"https://registry\.example(/api/v1/[^'\s]+)", unescape(page))
    assert len(addresses) > 5
    answers = {address: client.get(address).status_code for address in addresses}
    refused = {address for address, status in answers.items() if status >= 400}
    assert refused == {
        "/api/v1/directories/little_giant/listings?as_of=2025-02-30",  # shown for its error
        "/api/v1/standards/little_giant/check",  # takes POST
    }
