"""What routes of the API ask for: a session that reads or commits, who is asking, and no unknown parameters."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from fastapi import Depends, Query
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy.engine import Engine
from sqlmodel import Session
from starlette.requests import Request

from registry.clock import today
from registry.db import reading, transaction
from registry.errors import InvalidInput, NotAllowed, NotAuthenticated
from registry.policies import OFFICIALS, Actor, require
from registry.schemas.inputs import parse_day
from registry.search.engine import SearchEngine
from registry.services.accounts import recognise
from registry.services.search_misses import MissLog
from registry.settings import Settings

EVERYWHERE = frozenset({"lang"})
"""Parameters every address takes: ``lang`` chooses the language of refusals."""


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


def get_misses(request: Request) -> MissLog:
    """What takes failed searches."""
    misses: MissLog = request.app.state.misses
    return misses


def read_session(engine: Annotated[Engine, Depends(get_engine)]) -> Iterator[Session]:
    """A session that is closed without commit: a GET cannot write."""
    with reading(engine) as session:
        yield session


def write_session(engine: Annotated[Engine, Depends(get_engine)]) -> Iterator[Session]:
    """A session that commits. With ``scope="function"`` before the answer leaves, so a failed commit is reported."""
    with transaction(engine) as session:
        yield session


def current_actor(request: Request, engine: Annotated[Engine, Depends(get_engine)]) -> Actor:
    """Who asks: ``Authorization: Bearer <session token>``, else the session cookie; the public without either."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    needed = get_settings(request).require_second_factor
    token = token.strip() if scheme.lower() == "bearer" else request.app.state.session_token(request)
    return recognise(engine, token=token, second_factor_needed=needed)


def current_officer(actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
    """The signed-in official. Raises NotAuthenticated for the public, NotAllowed for a firm's account."""
    if actor.is_anonymous:
        raise NotAuthenticated(
            "请先登录：在 Authorization 头里带上会话令牌，或使用网页登录后的 Cookie。",
            "Sign in first: send a session token in the Authorization header or the cookie of the pages.",
        )
    if actor.withheld:
        require(actor, OFFICIALS)
    if not actor.is_official:
        raise NotAllowed("这里只供工作人员使用。", "This is for officials only.")
    return actor


def known_parameters(request: Request) -> None:
    """Refuse a query parameter this address does not have: a misspelt filter must not look like no filter."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = _query_names(route.dependant)
    for name in request.query_params:
        if name not in known | EVERYWHERE:
            raise InvalidInput(
                f"没有名为 {name[:60]} 的参数。",
                f"There is no parameter named {name[:60]}.",
                field=name[:60],
                value=request.query_params[name],
                choices=tuple(sorted(known)),
            )


def _query_names(dependant: Dependant) -> set[str]:
    names = {field.alias for field in dependant.query_params}
    for inner in dependant.dependencies:
        names |= _query_names(inner)
    return names


def asked_day(
    as_of: Annotated[
        str | None,
        Query(
            max_length=40,
            description="看哪一天，缺省为今天 / The day to look at, today if left out",
            examples=["2026-05-06"],
            json_schema_extra={"format": "date"},
        ),
    ] = None,
) -> date:
    """The day asked for, else today in the province. Raises InvalidInput naming ``as_of``."""
    return today() if as_of is None else parse_day(as_of, field="as_of")


ReadSession = Annotated[Session, Depends(read_session)]
WriteSession = Annotated[Session, Depends(write_session, scope="function")]
CurrentActor = Annotated[Actor, Depends(current_actor)]
OfficerActor = Annotated[Actor, Depends(current_officer)]
AppSettings = Annotated[Settings, Depends(get_settings)]
AppEngine = Annotated[Engine, Depends(get_engine)]
AppSearch = Annotated[SearchEngine, Depends(get_search)]
AppMisses = Annotated[MissLog, Depends(get_misses)]
AsOf = Annotated[date, Depends(asked_day)]
