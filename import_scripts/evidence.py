"""What a document sent as evidence is, by its content: PDF, JPEG or PNG, whole and passive. All else is refused."""

import tempfile
from pathlib import Path

from import_scripts.limits import Limits
from import_scripts.readers.in_child import ask_child
from registry.errors import FileRefused
from registry.services.submitting.evidence import FILE_BYTES, PAGES_MOST, Inspected

KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "evidence_pdf", "application/pdf"),
    (b"\xff\xd8\xff", "evidence_picture", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "evidence_picture", "image/png"),
)
"""How a file begins, who looks into it, what it is called. A PDF begins with its sign: nothing may hide before it."""
LIMITS = Limits(
    file_bytes=FILE_BYTES, pages=PAGES_MOST, child_memory=1_500_000_000, child_cpu_seconds=20, child_wall_seconds=30
)


def inspect_evidence(path: Path) -> Inspected:
    """Look into a file in a process of its own. Raises FileRefused with the reason."""
    with path.open("rb") as file:
        head = file.read(16)
    if not head:
        raise FileRefused("文件是空的。", "The file is empty.", field="file")
    for sign, kind, media_type in KINDS:
        if head.startswith(sign):
            with tempfile.TemporaryDirectory(prefix="registry-evidence-") as scratch:
                pages = ask_child(path, kind, Path(scratch), LIMITS).get("pages")
            return Inspected(media_type, pages if isinstance(pages, int) else None)
    raise FileRefused(
        "只收 PDF、JPG 和 PNG（按文件内容判断，不看后缀名）。请另存为其中一种再上传。",
        "Only PDF, JPG and PNG are taken (by content, whatever the file is called). Save it as one of these.",
        field="file",
    )
