"""What somebody typed, carried through signing in again as a hidden field of the form, then offered for sending.

It travels through the browser only; nothing of it is stored. Passwords and files are never carried: files are named, so
that they can be chosen again on the page after signing in.
"""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from web.preferences import safe_path

CARRIED_BYTES = 600_000
"""More than any of our forms takes; with the sign-in form around it still inside the limit of a request."""
CARRIED_FIELDS = 2_000
NEVER = ("/login", "/logout", "/register", "/forgot", "/account")
"""Forms of these addresses hold passwords and codes."""
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class Carried:
    """A form that was sent but not taken. ``back``: the page it was on; ``files``: field and name of each file."""

    path: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...] = ()
    back: str = "/"

    @property
    def inputs(self) -> dict[str, tuple[str, ...]]:
        """The fields files were chosen in, with the names of those files."""
        return {field: tuple(name for one, name in self.files if one == field) for field, _ in self.files}

    def packed(self) -> str:
        """As text for one hidden field."""
        said = {"path": self.path, "fields": self.fields, "files": self.files, "back": self.back}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Lost:
    """A form too large to be carried."""


async def carried_from(request: Request) -> Carried | Lost | None:
    """What the form of this request holds; None where there is nothing to carry."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FORMS or request.url.path.startswith(NEVER):
        return None
    carried = _carried(request, await request.form(max_fields=CARRIED_FIELDS * 2))
    too_much = len(carried.fields) > CARRIED_FIELDS or len(carried.packed().encode()) > CARRIED_BYTES
    return Lost() if too_much else carried


def unpacked(text: str) -> Carried | None:
    """Read what ``packed`` wrote; None for anything else. Never leads to another site."""
    if not text or len(text.encode()) > CARRIED_BYTES:
        return None
    try:
        said = json.loads(text)
        pairs = tuple((str(name), str(value)) for name, value in said["fields"])
        files = tuple((str(field), str(name)) for field, name in said["files"])
        path, back = str(said["path"]), str(said["back"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if safe_path(path) != path or path.startswith(NEVER) or len(pairs) > CARRIED_FIELDS:
        return None
    return Carried(path, pairs, files[:20], safe_path(back))


def _carried(request: Request, form: FormData) -> Carried:
    pairs = form.multi_items()
    typed = tuple((name, value) for name, value in pairs if isinstance(value, str) and "password" not in name.lower())
    files = tuple((name, value.filename) for name, value in pairs if isinstance(value, UploadFile) and value.filename)
    query = f"?{request.url.query}" if request.url.query else ""
    return Carried(request.url.path + query, typed, files, _page_before(request))


def _page_before(request: Request) -> str:
    """The page the form was on, as the browser says; only if it is one of ours."""
    before = urlsplit(request.headers.get("referer", ""))
    if before.netloc != request.headers.get("host"):
        return "/"
    return safe_path(before.path + (f"?{before.query}" if before.query else ""))
