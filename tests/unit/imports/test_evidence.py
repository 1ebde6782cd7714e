"""Documents sent as evidence: known by content, whole, passive; everything else is refused with the reason."""

import io
from pathlib import Path

import pytest
from PIL import Image

from import_scripts.evidence import inspect_evidence
from registry.errors import FileRefused
from registry.services.submitting.evidence import PAGES_MOST
from tests.support.pdf import a_pdf


def kept(tmp_path: Path, content: bytes, name: str = "any.name") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def a_picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, kind)
    return out.getvalue()


def test_a_pdf_is_known_by_its_content_with_its_pages(tmp_path: Path) -> None:
    found = inspect_evidence(kept(tmp_path, a_pdf(pages=3), "picture.png"))
    assert (found.media_type, found.pages) == ("application/pdf", 3)


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_pictures_are_taken(tmp_path: Path, kind: str, media_type: str) -> None:
    found = inspect_evidence(kept(tmp_path, a_picture(kind)))
    assert (found.media_type, found.pages) == (media_type, None)


def encrypted() -> bytes:
    """A PDF that names an encryption dictionary."""
    secret = b"/Encrypt<</Filter/Standard/V 1/R 2/O(" + b"x" * 32 + b")/U(" + b"y" * 32 + b")/P -44>>/ID[(a)(a)]"
    return a_pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R" + secret)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空的"),
        (b"MZ program", "只收"),
        (b"<html></html>", "只收"),
        (b"GIF89a", "只收"),
        (b" %PDF-1.4 behind a space", "只收"),
        (b"%PDF-1.4 and nothing", "损坏"),
        (a_pdf()[:100], "损坏"),
        (a_pdf(script=True), "脚本"),
        (a_pdf().replace(b"/Type/Catalog", b"/Type/Catalog/Names<</EmbeddedFiles 9 0 R>>"), "附件"),
        (a_pdf(pages=PAGES_MOST + 1), "页"),
        (encrypted(), "密码"),
        (b"\x89PNG\r\n\x1a\nxxxx", "损坏"),
        (b"\xff\xd8\xffxxxx", "损坏"),
        (a_picture("PNG")[:60], "损坏"),
    ],
)
def test_what_is_not_taken_says_why(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        inspect_evidence(kept(tmp_path, content))
    assert said in refusal.value.text.zh
