"""Every router of pages, in the order their addresses are tried. A new page's router is added here."""

from fastapi import APIRouter

from web import documents, enterprise, home, login, preferences, search

ROUTERS: tuple[APIRouter, ...] = (
    home.router,
    search.router,
    enterprise.router,
    documents.router,
    login.router,
    preferences.router,
)
