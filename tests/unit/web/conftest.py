"""A small application with the style page, preferences and static files; no database."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import Response

from web import preferences, style
from web.assets import MOUNT, HashedStatic
from web.rendering import see_other


@pytest.fixture
def client() -> TestClient:
    """A browser that follows no redirects by itself."""
    app = FastAPI()
    app.mount(MOUNT, HashedStatic(), name="static")
    app.include_router(style.router)
    app.include_router(preferences.router)

    @app.post("/done")
    def done(request: Request) -> Response:
        return see_other(request, "style_page")

    return TestClient(app, follow_redirects=False)
