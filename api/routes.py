"""Every router of the API. A new one is added here."""

from fastapi import APIRouter

from api import (
    assessments,
    batches,
    directories,
    documents,
    downloads,
    enterprises,
    identifiers,
    import_reviewing,
    imports,
    matching,
    reconcile,
    renewals,
    search,
    standards,
)

ROUTERS: tuple[APIRouter, ...] = (
    search.router,
    identifiers.router,
    enterprises.router,
    directories.router,
    batches.public,
    downloads.router,
    documents.router,
    standards.router,
    imports.router,
    import_reviewing.router,
    batches.officials,
    matching.router,
    reconcile.router,
    assessments.router,
    renewals.router,
)
