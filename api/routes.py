"""Every router of the API. A new one is added here."""

from fastapi import APIRouter

from api import directories, downloads, enterprises, identifiers, search, standards

ROUTERS: tuple[APIRouter, ...] = (
    search.router,
    identifiers.router,
    enterprises.router,
    directories.router,
    downloads.router,
    standards.router,
)
