"""What programs look for at fixed addresses: robots.txt, the site map, llms.txt, an enterprise as linked data."""

import json
from xml.sax.saxutils import escape

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.clock import today
from registry.services import sitemaps
from registry.services.directories import list_all
from registry.services.enterprises import get_page, resolve
from registry.services.linked_data import organization
from web.deps import AppSettings, ReadSession
from web.rendering import url_path
from web.sending import conditional, site_address

router = APIRouter(include_in_schema=False)

XML = "application/xml; charset=utf-8"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
KEPT_OUT = (
    *("/office", "/firm", "/account", "/login", "/register", "/search", "/suggest", "/corrections"),
    "/e/*.pdf$",
)
"""Pages of people, and pages that answer to what is typed: endless for a crawler, useless in an index. And PDF: each is
set anew.
"""


@router.get("/robots.txt", name="robots")
def robots(request: Request, settings: AppSettings) -> Response:
    """What crawlers may read: everything public. A demo is kept out of indexes altogether."""
    base = site_address(request, settings)
    lines = ["User-agent: *"]
    if settings.demo:
        lines.append("Disallow: /")
    else:
        lines += [f"Disallow: {path}" for path in KEPT_OUT]
        lines += ["", f"Sitemap: {base}{url_path(request, 'sitemap')}"]
    return conditional(request, "\n".join([*lines, ""]).encode(), media_type="text/plain; charset=utf-8", vary="Accept")


@router.get("/sitemap.xml", name="sitemap")
def sitemap(request: Request, session: ReadSession, settings: AppSettings) -> Response:
    """The parts of the site map."""
    base = site_address(request, settings)
    places = [base + url_path(request, "sitemap_part", part=name) for name in sitemaps.parts(session)]
    found = "".join(f"<sitemap><loc>{escape(place)}</loc></sitemap>" for place in places)
    return _xml(request, f'<sitemapindex xmlns="{_NAMESPACE}">{found}</sitemapindex>')


@router.get("/sitemap/{part}.xml", name="sitemap_part")
def sitemap_part(request: Request, session: ReadSession, settings: AppSettings, part: str) -> Response:
    """One part. Raises NotFound."""
    base = site_address(request, settings)
    found = "".join(_url(base + entry.path, entry.changed_on) for entry in sitemaps.part(session, part))
    return _xml(request, f'<urlset xmlns="{_NAMESPACE}">{found}</urlset>')


@router.get("/llms.txt", name="llms")
def llms(request: Request, session: ReadSession, settings: AppSettings) -> Response:
    """What this site is and where its data is, for programs that read text."""
    base = site_address(request, settings)
    directories = "\n".join(
        f"- [{row.name.zh} / {row.name.en}]({base}/directories/{row.code})" for row in list_all(session, as_of=today())
    )
    text = _LLMS.format(base=base, directories=directories)
    return conditional(request, text.encode(), media_type="text/plain; charset=utf-8", vary="Accept")


@router.get("/e/{key}.jsonld", name="enterprise_jsonld")
def enterprise_jsonld(request: Request, session: ReadSession, settings: AppSettings, key: str) -> Response:
    """The enterprise as JSON-LD; an old key is sent on for ever (308). Raises NotFound, Gone."""
    found = resolve(session, key)
    if found.canonical_key != key:
        target = url_path(request, "enterprise_jsonld", key=found.canonical_key)
        return RedirectResponse(target, status_code=308)
    said = organization(get_page(session, key, as_of=today()), base=site_address(request, settings))
    content = json.dumps(said, ensure_ascii=False, indent=1).encode()
    return conditional(request, content, media_type="application/ld+json", vary="Accept")


def _url(place: str, changed: object) -> str:
    last = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<url><loc>{escape(place)}</loc>{last}</url>"


def _xml(request: Request, text: str) -> Response:
    content = f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()
    return conditional(request, content, media_type=XML, vary="Accept")


_LLMS = """\
# 企业名录与梯度培育库 / Enterprise registry

> 由官方公告汇成的企业名录：企业、认定（称号）、产品目录、认定标准。每条认定有起止日期，指向公告原文中的那一行。
> A registry of enterprises and of the titles that authorities announced, each with its first and last day and a link to
> the very row of the document. Titles in public notice (公示) are not final.

## 接口 / Interface

- [OpenAPI]({base}/api/v1/openapi.json): every address, parameter and answer
- [{base}/api/v1/search?q=]({base}/api/v1/search?q=%E8%8A%AF%E7%89%87): search by name, code, pinyin, place, directory
- [{base}/api/v1/enterprises/KEY]({base}/api/v1/directories): one enterprise by its credit code
- [{base}/api/v1/events?after=0]({base}/api/v1/events?after=0): change feed
- [{base}/api/v1/codes]({base}/api/v1/codes): code lists
- [{base}/bulk/latest/manifest.json]({base}/bulk/latest/manifest.json): everything as files, every night
- [Guide / 指南]({base}/open-data), [changes of the interface / 接口变更]({base}/open-data/changes)

## 名录 / Directories

{directories}
"""
