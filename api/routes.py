"""Every router of the API. A new one is added here."""

from fastapi import APIRouter

from api import identifiers

ROUTERS: tuple[APIRouter, ...] = (identifiers.router,)
