"""What routes of pages ask for: a session that reads, a session that commits before the answer leaves, who is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, Path
from sqlalchemy.engine import Engine
from sqlmodel import Session
from starlette.requests import Request

from registry.db import reading, transaction
from registry.errors import Locale, NotAllowed, NotAuthenticated
from registry.identity.regions import region
from registry.policies import OFFICIALS, Actor, require
from registry.schemas.paging import KEY_MAX
from registry.search.engine import SearchEngine
from registry.services.accounts import recognise
from registry.services.inbox.listing import waiting_count
from registry.settings import Settings
from web.i18n import locale_of
from web.navigation import path_of
from web.sessions import session_token

OFFICE = "/office"
"""Under this are the pages of officials, all of them."""


Number = Annotated[int, Path(ge=1, le=KEY_MAX)]
"""The number of a row in an address."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the header says about who is there."""

    display_name: str
    place: str | None
    is_official: bool = True
    account_url: str | None = None
    asks_second_factor: bool = False
    """An official who signs in with a password only; not said in a demo, whose passwords are public anyway."""


def get_settings(request: Request) -> Settings:
    """The settings the application was made with."""
    settings: Settings = request.app.state.settings
    return settings


def get_engine(request: Request) -> Engine:
    """The database."""
    engine: Engine = request.app.state.engine
    return engine


def get_search(request: Request) -> SearchEngine:
    """The search index."""
    search: SearchEngine = request.app.state.search
    return search


def search_engine(request: Request) -> SearchEngine:
    """The search index; where it cannot be read the database answers instead."""
    engine: SearchEngine = request.app.state.search
    return engine


def read_session(engine: Annotated[Engine, Depends(get_engine)]) -> Iterator[Session]:
    """A session that is closed without commit: a GET cannot write."""
    with reading(engine) as session:
        yield session


def write_session(engine: Annotated[Engine, Depends(get_engine)]) -> Iterator[Session]:
    """A session that commits. With ``scope="function"`` before the answer leaves, so a failed commit is reported."""
    with transaction(engine) as session:
        yield session


def current_actor(request: Request) -> Actor:
    """Who is there; the public if nobody has signed in. Templates see a signed-in person as ``user``."""
    return introduce(request, session_token(request))


def introduce(request: Request, token: str) -> Actor:
    """Who holds this token, told to the templates."""
    settings = get_settings(request)
    needed = settings.require_second_factor
    told = partial(_count_waiting, request)
    actor = recognise(request.app.state.engine, token=token, second_factor_needed=needed, then=told)
    request.state.actor = actor
    request.state.user = None
    if not actor.is_anonymous:
        request.state.user = SignedIn(
            actor.display_name,
            _place(actor, locale_of(request)),
            is_official=actor.is_official,
            account_url=path_of(request, "account"),
            asks_second_factor=actor.is_official and not actor.second_factor and not settings.demo,
        )
    return actor


def current_person(actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
    """Anybody who has signed in. Raises NotAuthenticated for the public."""
    if actor.is_anonymous:
        raise NotAuthenticated("请先登录。", "Sign in first.")
    return actor


def current_officer(actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
    """The signed-in official. Raises NotAuthenticated for the public, NotAllowed for a firm's account."""
    if actor.is_anonymous:
        raise NotAuthenticated("请先登录。", "Sign in first.")
    if actor.withheld:
        require(actor, OFFICIALS)
    if not actor.is_official:
        raise NotAllowed("这一页只供工作人员使用。", "This page is for officials only.")
    return actor


def _count_waiting(request: Request, session: Session, actor: Actor) -> None:
    """The header of a page of the office says how much waits in the inbox: counted where a page is looked at."""
    if request.method == "GET" and actor.is_official and request.url.path.startswith(OFFICE):
        request.state.waiting = waiting_count(session, actor=actor)


def _place(actor: Actor, locale: Locale) -> str | None:
    found = region(actor.grants[0].region_code) if actor.grants else None
    if found is None:
        return None
    return found.name_en if locale == "en" else found.name


ReadSession = Annotated[Session, Depends(read_session)]
WriteSession = Annotated[Session, Depends(write_session, scope="function")]
CurrentActor = Annotated[Actor, Depends(current_actor)]
PersonActor = Annotated[Actor, Depends(current_person)]
OfficerActor = Annotated[Actor, Depends(current_officer)]
AppSettings = Annotated[Settings, Depends(get_settings)]
AppSearch = Annotated[SearchEngine, Depends(get_search)]
AppEngine = Annotated[Engine, Depends(get_engine)]
