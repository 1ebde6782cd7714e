"""QR codes as drawings inside the page: black on a white quiet zone whatever the theme, without style or script."""

from markupsafe import Markup

MASK = 1
"""Rows alternate: readers take any of the eight patterns, and trying them all takes longer than a page of facts."""


def qr_svg(text: str, title: str) -> Markup:
    """The code of ``text`` as an SVG that ``title`` names; four pixels a module, four modules of quiet zone.

    Colours are attributes of the drawing: no theme changes them, and a reader needs dark on light.
    """
    import segno

    code = segno.make(text, error="m", micro=False, mask=MASK)
    drawn = code.svg_inline(scale=4, dark="#000", light="#fff", title=title, svgclass=None, lineclass=None)
    width, height = code.symbol_size(scale=4)
    # With a view box a narrow page shrinks it whole.
    return Markup(drawn.replace("<svg", f'<svg role="img" viewBox="0 0 {width} {height}"', 1))  # noqa: S704 - made by segno, which escapes the title


def qr_drawing(text: str) -> str:
    """The code of ``text`` as an SVG of its own, with four modules of quiet zone: for printed documents."""
    import segno

    return str(segno.make(text, error="m", micro=False).svg_inline(scale=4, dark="#000", light="#fff", omitsize=True))
