"""What is prepared beside the first requests."""

from pathlib import Path

from asgi import create_app
from registry.settings import Settings
from web.rendering import make_templates
from web.warming import make_routes_ready, warm


def test_what_every_page_needs_is_prepared_and_twice_does_no_harm(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, database_url=""))
    for _ in range(2):
        make_routes_ready(app)
        warm()
    kept = {name for _, name in (make_templates("zh").cache or {})}
    assert {"components/badge.html", "layouts/work.html", "work/review.html", "work/inbox.html"} <= kept
    app.state.engine.dispose()
