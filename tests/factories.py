"""Builders with valid defaults: a test states only what it cares about. All names are plainly fictional."""

from datetime import date
from itertools import count
from typing import Any

from registry.identity.modulo import org_check_character, uscc_check_character
from registry.models import Batch, Enterprise, Figure, Listing
from registry.vocabulary import BatchState, IdentityState, OperatingStatus, Trust

_numbers = count(1)


def a_uscc(number: int | None = None, region: str = "440300") -> str:
    """A valid code, inner and outer check right; the same number gives the same code."""
    body = f"MA{(next(_numbers) if number is None else number):06d}"
    inner = f"91{region}{body}{org_check_character(body)}"
    return inner + uscc_check_character(inner)


def an_enterprise(**overrides: Any) -> Enterprise:
    """An active enterprise in Nanshan, Shenzhen."""
    given: dict[str, Any] = {
        "identity": IdentityState.IDENTIFIED,
        "uscc": a_uscc(),
        "name_zh": "深圳市示例精密机械有限公司",
        "region_code": "440305",
        "city_code": "440300",
        "industry_code": "3973",
        "founded_on": date(2014, 3, 1),
        "operating_status": OperatingStatus.ACTIVE,
    }
    return Enterprise(**given | overrides)


def a_batch(**overrides: Any) -> Batch:
    """A final announcement of the little-giant directory."""
    given: dict[str, Any] = {
        "directory_code": "little_giant",
        "year": 2024,
        "label": f"示例第{next(_numbers)}批",
        "title": "示例公告",
        "document_no": "示信函〔2024〕1号",
        "announced_on": date(2024, 7, 1),
        "state": BatchState.FINAL,
    }
    return Batch(**given | overrides)


def a_listing(enterprise: Enterprise, batch: Batch, **overrides: Any) -> Listing:
    """A title of three years from the batch's first of July. Both must have been flushed."""
    given: dict[str, Any] = {
        "enterprise_id": enterprise.id,
        "directory_code": batch.directory_code,
        "batch_id": batch.id,
        "name_as_announced": enterprise.name_zh,
        "valid_from": date(2024, 7, 1),
        "valid_to": date(2027, 6, 30),
    }
    return Listing(**given | overrides)


def a_figure(enterprise: Enterprise, **overrides: Any) -> Figure:
    """An audited revenue of 82 million yuan in 2025."""
    given: dict[str, Any] = {
        "enterprise_id": enterprise.id,
        "year": 2025,
        "name": "revenue",
        "value": 82_000_000,
        "trust": Trust.AUDITED,
        "source": "示例审计报告",
    }
    return Figure(**given | overrides)
