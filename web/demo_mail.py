"""The mail of a demo: instead of being sent it lies in a folder, and this page shows it. Nowhere else."""

from email import policy
from email.parser import BytesParser
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import NotFound
from web.deps import AppSettings
from web.rendering import render

router = APIRouter(include_in_schema=False)
SHOWN = 30


@router.get("/demo/mail", name="demo_mail")
def demo_mail(request: Request, settings: AppSettings) -> Response:
    """The latest letters, their links to be followed. Raises NotFound outside of a demo."""
    if not settings.demo:
        raise NotFound("只有演示才有这一页。", "Only a demo has this page.", field="path")
    letters = [_letter(path) for path in sorted(settings.mail_dir.glob("*.eml"), reverse=True)[:SHOWN]]
    return render(request, "account/demo_mail.html", {"letters": letters}, headers={"Cache-Control": "no-store"})


def _letter(path: Path) -> dict[str, object]:
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    lines = [(line, line.startswith(("http://", "https://"))) for line in text.splitlines()]
    return {
        "recipient": str(message["To"]),
        "subject": str(message["Subject"]),
        "date": message["Date"].datetime,
        "lines": lines,
    }
