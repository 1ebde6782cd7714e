"""Language, theme and text size, as the person chose them. Kept in cookies, applied by the server: nothing flashes."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.errors import Locale
from web.i18n import LOCALE_COOKIE, locale_of

THEME_COOKIE = "theme"
SIZE_COOKIE = "size"
ONE_YEAR_SECONDS = 365 * 24 * 3600

Theme = Literal["auto", "light", "dark"]
Size = Literal["normal", "large"]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the page is drawn with. Theme ``auto`` follows the device."""

    locale: Locale
    theme: Theme
    size: Size


def preferences_of(request: Request) -> Preferences:
    """The preferences of one request; anything unknown in a cookie counts as not chosen."""
    theme, size = request.cookies.get(THEME_COOKIE), request.cookies.get(SIZE_COOKIE)
    return Preferences(
        locale=locale_of(request),
        theme="light" if theme == "light" else "dark" if theme == "dark" else "auto",
        size="large" if size == "large" else "normal",
    )


@router.post("/preferences", name="preferences", include_in_schema=False)
def set_preferences(
    request: Request,
    locale: Annotated[Locale | None, Form()] = None,
    theme: Annotated[Theme | None, Form()] = None,
    size: Annotated[Size | None, Form()] = None,
    next_: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Remember the choices that were sent and go back to the page they were made on."""
    response = RedirectResponse(safe_path(next_), status_code=303)
    for name, value in ((LOCALE_COOKIE, locale), (THEME_COOKIE, theme), (SIZE_COOKIE, size)):
        if value is not None:
            response.set_cookie(
                name,
                value,
                max_age=ONE_YEAR_SECONDS,
                path="/",
                httponly=True,
                samesite="lax",
                secure=request.url.scheme == "https",
            )
    return response


def safe_path(target: str) -> str:
    """The target if it is a path of this site, else the front page; never another host, however it is spelled."""
    local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if local and target.isprintable() and "\\" not in target else "/"
