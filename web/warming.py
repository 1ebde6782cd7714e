"""What the first requests after a start would wait for, prepared beside them: addresses, templates, readings.

Each is made when it is first needed, and together that takes seconds of computing: twenty people who come at once
would wait for all of it, each page for the others'.
"""

from contextlib import suppress
from threading import Thread

from fastapi import FastAPI
from starlette.routing import NoMatchFound

from registry.services.places import full_place
from web.rendering import make_templates

SHARED = ("components/", "layouts/", "work/inbox", "work/review")
"""What every page is built from, and the pages officials open all day; the others are read when they are opened."""
COUNTY = "440305"
"""A place whose English name is read off its Chinese one: for that a large table of readings is loaded."""


def make_routes_ready(app: FastAPI) -> None:
    """Make every route ready to answer, before anybody asks: done by two requests at once it is not safe."""
    with suppress(NoMatchFound):
        app.url_path_for("")  # looked for everywhere


def start_warming() -> Thread:
    """Prepare the rest in a thread of its own, which ends by itself; requests are answered meanwhile."""
    thread = Thread(target=warm, name="warming", daemon=True)
    thread.start()
    return thread


def warm() -> None:
    """Prepare now. Harmless twice."""
    environment = make_templates("zh")
    for name in environment.list_templates(filter_func=lambda one: one.startswith(SHARED)):
        environment.get_template(name)
    full_place(COUNTY)
