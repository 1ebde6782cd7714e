"""Setting a document in a child process: no text of a firm may take the site down, and few are set at once."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import structlog

from registry.errors import NotInstalled
from registry.extras import PDF
from web.pdf.child import NO_FONT_EXIT
from web.refusals import Busy

FAMILIES = (
    *("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Source Han Sans CN"),
    *("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Source Han Serif CN"),
    *("WenQuanYi Zen Hei", "WenQuanYi Micro Hei"),
)
"""Chinese fonts that will do, best first."""
AT_ONCE = 2
WAITING = 6
"""Requests that may be busy with documents; the next one is told to come back, so that others keep their threads."""
MEMORY_BYTES = 2_000_000_000
CPU_SECONDS = 20
WALL_SECONDS = 40
_CHILD = Path(__file__).with_name("child.py")
_LAST_WORDS = 500
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_let_in, _at_work = BoundedSemaphore(WAITING), BoundedSemaphore(AT_ONCE)
log = structlog.get_logger("registry.web")


def set_document(
    template: Path, data: dict[str, Any], *, fonts: Path | None = None, families: tuple[str, ...] = FAMILIES
) -> bytes:
    """The PDF that ``template`` makes of ``data``; ``fonts``: a folder of fonts beside those of the system.

    Raises NotInstalled (no extra, no Chinese font), Busy (too many at once, or it took too long).
    """
    PDF.require()
    asked = {
        "template": str(template),
        "data": _printable(data),
        "fonts": [str(fonts)] if fonts else [],
        "families": families,
        "memory": MEMORY_BYTES,
        "cpu_seconds": CPU_SECONDS,
    }
    with _in_turn():
        return _run_child(json.dumps(asked).encode())


def _printable(value: Any) -> Any:
    """Without characters that show nothing and turn around or hide what stands beside them."""
    if isinstance(value, dict):
        return {key: _printable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_printable(inner) for inner in value]
    return _UNSEEN.sub(" ", value) if isinstance(value, str) else value


@contextmanager
def _in_turn() -> Iterator[None]:
    if not _let_in.acquire(blocking=False):
        raise _busy()
    try:
        with _at_work:
            yield
    finally:
        _let_in.release()


def _run_child(asked: bytes) -> bytes:
    # Settings of the registry hold secrets, which the child has no use for. A thread of it would reserve address space.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("REGISTRY_", "OTEL_"))}
    environment = {**inherited, "MALLOC_ARENA_MAX": "1", "RAYON_NUM_THREADS": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and script, no shell
            [sys.executable, "-I", str(_CHILD)],
            input=asked,
            capture_output=True,
            env=environment,
            timeout=WALL_SECONDS,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _busy() from None
    if done.returncode == NO_FONT_EXIT:
        raise NotInstalled(
            "生成 PDF 需要一种中文字体：请管理员安装 fonts-noto-cjk，或用 REGISTRY_PDF_FONTS 指定字体目录。",
            "A PDF needs a Chinese font: whoever runs this site installs fonts-noto-cjk or names a folder of fonts "
            "in REGISTRY_PDF_FONTS.",
        )
    if done.returncode == 0:
        return done.stdout
    log.error("pdf_failed", status=done.returncode, said=done.stderr[-_LAST_WORDS:].decode(errors="replace"))
    if done.returncode == -signal.SIGXCPU:
        raise _busy()
    raise RuntimeError(f"the typesetter ended with {done.returncode}")


def _busy() -> Busy:
    return Busy(
        "现在生成 PDF 的人太多，请过几秒再试。",
        "Too many PDF are being made at the moment. Try again in a few seconds.",
    )
