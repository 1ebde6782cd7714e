"""Every router of the API. A new one is added here."""

from fastapi import APIRouter

from api import directories, enterprises, identifiers, standards

ROUTERS: tuple[APIRouter, ...] = (
    identifiers.router,
    enterprises.router,
    directories.router,
    standards.router,
)
