"""An enterprise as linked data (JSON-LD, schema.org): an Organization with the titles it holds as certifications."""

from typing import Any

from registry.pool_words import GroupKind
from registry.schemas.enterprises import EnterprisePage, EnterpriseSummary
from registry.schemas.titles import TitleBadge
from registry.vocabulary import TitleStatus

USCC_SCHEME = "GB 32100-2015"
_HELD = (TitleStatus.VALID, TitleStatus.DUE)


def organization(page: EnterprisePage, *, base: str) -> dict[str, Any]:
    """A JSON-LD document. ``base``: address of the site without a slash at the end.

    Only titles held on the day of the page are credentials: one that is over, withdrawn or in public notice is none.
    """
    profile = page.profile
    identifier = None
    if profile.uscc:
        identifier = {"@type": "PropertyValue", "propertyID": USCC_SCHEME, "value": profile.uscc}
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": f"{base}/e/{page.key}",
        "url": f"{base}/e/{page.key}",
        "name": page.name,
        "legalName": page.name,
        "alternateName": [name for name in (page.name_en, *(record.name for record in page.names)) if name],
        "identifier": identifier,
        "taxID": profile.uscc,
        "foundingDate": profile.founded_on and profile.founded_on.isoformat(),
        "address": _address(page),
        "parentOrganization": [
            _named(one.enterprise, base)
            for one in page.relatives.members
            if one.upward and one.kind is GroupKind.CONTROLS and one.through is None
        ]
        + ([_named(page.relatives.head, base)] if page.relatives.head else []),
        "subOrganization": [
            _named(one.enterprise, base)
            for one in page.relatives.members
            if not one.upward and one.kind is GroupKind.CONTROLS and one.through is None
        ]
        + [_named(branch, base) for branch in page.relatives.branches],
        "hasCertification": [_certification(title, base) for title in page.titles if title.status in _HELD],
    }
    return {name: value for name, value in said.items() if value not in (None, [])}


def _named(other: EnterpriseSummary, base: str) -> dict[str, Any]:
    return {"@type": "Organization", "@id": f"{base}/e/{other.key}", "name": other.name}


def _address(page: EnterprisePage) -> dict[str, Any] | None:
    profile = page.profile
    if profile.region_code is None:
        return None
    said = {
        "@type": "PostalAddress",
        "addressCountry": "CN",
        "addressRegion": profile.region_name.zh if profile.region_name else None,
        "streetAddress": profile.address,
    }
    return {name: value for name, value in said.items() if value}


def _certification(title: TitleBadge, base: str) -> dict[str, Any]:
    said = {
        "@type": "Certification",
        "@id": f"{base}/api/v1/directories/{title.directory_code}#L{title.listing_id}",
        "name": title.directory_name_zh,
        "certificationStatus": "https://schema.org/CertificationActive",
        "certificationIdentification": title.document_no,
        "validFrom": title.valid_from.isoformat(),
        "expires": title.valid_to and title.valid_to.isoformat(),
        "url": f"{base}/batches/{title.batch_id}",
        "about": {"@id": f"{base}/directories/{title.directory_code}"},
    }
    return {name: value for name, value in said.items() if value is not None}
