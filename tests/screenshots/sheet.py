"""The contact sheet: one file that shows every picture small and leads to it."""

from html import escape
from pathlib import Path

from tests.screenshots.taking import Shown, Wish

_STYLE = """
body{font:14px/1.5 system-ui,sans-serif;margin:24px;background:#777;color:#fff}
h2{margin:32px 0 8px}section{display:flex;flex-wrap:wrap;gap:12px;align-items:flex-start}
a{color:inherit}figure{margin:0}img{display:block;height:260px;width:auto;max-width:420px;object-fit:cover;object-position:top}
nav a{margin-right:12px}
"""


def write_sheet(out: Path, pages: list[Shown], wish: Wish) -> Path:
    """``out/index.html``: a row a page, a picture a look; pictures are read only when scrolled to."""
    rows = []
    for page in pages:
        shots = "".join(_figure(look, f"{look}/{page.slug}.{wish.ending}") for look in wish.looks())
        title = f"{escape(page.group)} · {escape(page.name)}"
        rows.append(f'<h2 id="{page.slug}">{title}</h2><p>{escape(page.address)}</p><section>{shots}</section>')
    groups = dict.fromkeys(page.group for page in pages)
    first = {group: next(page.slug for page in pages if page.group == group) for group in groups}
    links = "".join(f'<a href="#{slug}">{escape(group)}</a>' for group, slug in first.items())
    path = out / "index.html"
    path.write_text(
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Screenshots</title><style>{_STYLE}</style>'
        f"<h1>{len(pages)} pages</h1><nav>{links}</nav>{''.join(rows)}</html>",
        encoding="utf-8",
    )
    return path


def _figure(look: str, path: str) -> str:
    picture = f'<img loading="lazy" alt="" src="{path}">'
    return f'<figure><a href="{path}">{picture}</a><figcaption>{look}</figcaption></figure>'
