"""Every router of pages, in the order their addresses are tried. A new page's router is added here."""

from fastapi import APIRouter

from web import login, preferences

ROUTERS: tuple[APIRouter, ...] = (
    login.router,
    preferences.router,
)
