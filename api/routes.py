"""Every router of the API. A new one is added here."""

from fastapi import APIRouter

from api import (
    assessments,
    batches,
    codes,
    directories,
    documents,
    downloads,
    enterprises,
    events,
    identifiers,
    import_reviewing,
    imports,
    matching,
    plans,
    products,
    reconcile,
    renewals,
    search,
    standards,
    status,
)

ROUTERS: tuple[APIRouter, ...] = (
    search.router,
    identifiers.router,
    enterprises.router,
    directories.router,
    batches.public,
    downloads.router,
    products.router,
    events.router,
    codes.router,
    documents.router,
    standards.router,
    plans.router,
    imports.router,
    import_reviewing.router,
    batches.officials,
    matching.router,
    reconcile.router,
    assessments.router,
    renewals.router,
    status.router,
)
