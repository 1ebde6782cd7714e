"""Accounts as administrators look after them: finding, making, giving and taking rights, switching off, resetting."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound, RegistryError, Text
from registry.policies import Actor, Grant, own_region
from registry.schemas.accounts import AccountRead
from registry.services.accounts import grant_role, managing
from registry.services.accounts.making import invite
from registry.services.accounts.reading import find_accounts, get_account, may_manage
from registry.services.reference import shipped
from registry.vocabulary import Role
from web import client
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other, url_path, url_with
from web.work.filters import place_options, region_words

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Typed = Annotated[str, Form(max_length=500)]
ROLES = {role.value: role for role in Role if role is not Role.FIRM}
STATES = {"active": True, "off": False, "all": None}
STATE_WORDS = {"active": Text("在用", "Active"), "off": Text("停用", "Off"), "all": Text("全部", "All")}
_REFUSED = (InvalidInput, Conflict, InvalidTransition, NotFound)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """The form for a new account, as typed."""

    login: str = ""
    display_name: str = ""
    email: str = ""
    role: str = "reviewer"
    region: str = ""
    directory: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed by."""

    text: str = ""
    role: str = ""
    state: str = "active"
    cursor: str = ""


@router.get("/office/users", name="user_list")
def user_list(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    q: Annotated[str, Query(max_length=100)] = "",
    role: Annotated[str, Query(max_length=20)] = "",
    state: Annotated[str, Query(max_length=20)] = "active",
    cursor: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """Accounts by login. Raises NotAllowed, InvalidInput (role, state, cursor)."""
    return _list(request, session, actor, Wanted(q, role, state, cursor), NewAccount())


@router.post("/office/users", name="user_create")
def user_create(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    login: Typed = "",
    display_name: Typed = "",
    email: Typed = "",
    role: Typed = "",
    region: Typed = "",
    directory: Typed = "",
) -> Response:
    """Make an account; its owner chooses the password by a link. A fault brings the list back with what was typed."""
    typed = NewAccount(login, display_name, email, role, region, directory)
    try:
        with session.begin_nested():
            link = invite(
                session,
                actor=actor,
                login=login,
                display_name=display_name,
                email=email,
                grant=_grant(role, region, directory),
                page=client.mailed_page(request),
                signer=client.link_signer(request),
                by_mail=request.app.state.settings.sends_mail,
            )
    except _REFUSED as refusal:
        return _list(request, session, actor, Wanted(), typed, refusal)
    return _list(request, session, actor, Wanted(text=login.strip().lower()), NewAccount(), made=(login.strip(), link))


@router.get("/office/users/{account_id}", name="user_page")
def user_page(request: Request, session: ReadSession, actor: OfficerActor, account_id: Number) -> Response:
    """One account with its rights and what can be done. Raises NotFound, NotAllowed."""
    return _one(request, session, actor, account_id)


@router.post("/office/users/{account_id}", name="user_act")
def user_act(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    account_id: Number,
    act: Typed = "",
    role: Typed = "",
    region: Typed = "",
    directory: Typed = "",
    reason: Typed = "",
) -> Response:
    """Grant, revoke, switch off or on, reset, sign out, invite. A fault brings the page back (its own status)."""
    login = get_account(session, actor=actor, account_id=account_id).login
    link = ""
    try:
        with session.begin_nested():
            link = _act(request, session, actor, login, act, (role, region, directory), reason)
    except _REFUSED as refusal:
        typed = NewAccount(role=role, region=region, directory=directory)
        return _one(request, session, actor, account_id, refusal=refusal, typed=typed, reason=reason)
    if link:
        return _one(request, session, actor, account_id, link=link)
    return see_other(request, "user_page", account_id=account_id)


def _act(
    request: Request, session: Session, actor: Actor, login: str, act: str, right: tuple[str, str, str], reason: str
) -> str:
    """Do it; the link to hand over where there is one."""
    if act == "grant":
        grant_role(session, actor=actor, login=login, grant=_grant(*right))
    elif act == "revoke":
        managing.revoke_role(session, actor=actor, login=login, grant=_grant(*right))
    elif act == "invite":
        return managing.invite_again(
            session,
            actor=actor,
            login=login,
            page=client.mailed_page(request),
            signer=client.link_signer(request),
            by_mail=request.app.state.settings.sends_mail,
        )
    elif act == "off":
        managing.deactivate(session, actor=actor, login=login, reason=reason)
    elif act == "on":
        managing.reactivate(session, actor=actor, login=login, reason=reason)
    elif act == "second_factor":
        managing.reset_second_factor(session, actor=actor, login=login, reason=reason)
    elif act == "sessions":
        managing.sign_out_everywhere(session, actor=actor, login=login, reason=reason)
    else:
        raise InvalidInput("请选择要做什么。", "Choose what to do.", field="act")
    return ""


def _grant(role: str, region: str, directory: str) -> Grant:
    if role not in ROLES:
        raise InvalidInput("请选择角色。", "Choose a role.", field="role", value=role, choices=tuple(ROLES))
    return Grant(ROLES[role], region.strip(), directory or None)


def _list(
    request: Request,
    session: Session,
    actor: Actor,
    wanted: Wanted,
    typed: NewAccount,
    refusal: RegistryError | None = None,
    made: tuple[str, str] | None = None,
) -> Response:
    if wanted.state not in STATES or (wanted.role and wanted.role not in ROLES):
        raise InvalidInput("没有这种角色或状态。", "There is no such role or state.", field="state", value=wanted.state)
    found = find_accounts(
        session,
        actor=actor,
        text=wanted.text,
        role=ROLES.get(wanted.role),
        active=STATES[wanted.state],
        cursor=wanted.cursor or None,
    )
    locale, own_url = locale_of(request), url_path(request, "user_list")
    asked = {"q": wanted.text or None, "role": wanted.role or None, "state": wanted.state}
    context: dict[str, Any] = {
        "accounts": [{"one": one, "href": url_path(request, "user_page", account_id=one.id)} for one in found.items],
        "rights_of": lambda one: _rights(one, request),
        "total": found.total,
        "next_url": url_with(own_url, **asked, cursor=found.next_cursor) if found.next_cursor else None,
        "wanted": wanted,
        "states": [(key, words.in_(locale)) for key, words in STATE_WORDS.items()],
        "own_url": own_url,
        "may_make": actor.may(Role.ADMINISTRATOR),
        "typed": typed,
        "refusal": refusal,
        "made": made,
    }
    status = 200 if refusal is None else refusal.status
    return render(request, "work/users.html", context | _choices(request, actor, typed), status=status)


def _one(
    request: Request,
    session: Session,
    actor: Actor,
    account_id: int,
    *,
    refusal: RegistryError | None = None,
    typed: NewAccount | None = None,
    reason: str = "",
    link: str = "",
) -> Response:
    found, form = get_account(session, actor=actor, account_id=account_id), typed or NewAccount()
    context = {
        "one": found,
        "rights": _rights(found, request),
        "may_manage": may_manage(session, actor=actor, account_id=account_id),
        "is_own": found.id == actor.account_id,
        "may_grant": actor.may(Role.ADMINISTRATOR),
        "own_url": url_path(request, "user_act", account_id=found.id),
        "list_url": url_path(request, "user_list"),
        "trail_url": url_with(url_path(request, "audit_log"), person=found.login),
        "typed": form,
        "refusal": refusal,
        "reason": reason,
        "link": link,
    }
    status = 200 if refusal is None else refusal.status
    return render(request, "work/user.html", context | _choices(request, actor, form), status=status)


def _choices(request: Request, actor: Actor, typed: NewAccount) -> dict[str, Any]:
    """What the selects of a right offer: roles, places inside the own region, directories."""
    locale = locale_of(request)
    region = own_region(actor)
    places = place_options(region, typed.region or None, locale)[1:]
    named = [("", Text("全部名录", "All directories").in_(locale))]
    return {
        "roles": [(key, role.label.in_(locale)) for key, role in ROLES.items()],
        "places": [(region, region_words(region).in_(locale)), *places],
        "directories": named
        + [(row["code"], Text(row["short_zh"], row["short_en"]).in_(locale)) for row in shipped("directories")],
    }


def _rights(one: AccountRead, request: Request) -> list[dict[str, str]]:
    locale = locale_of(request)
    names = {row["code"]: Text(row["short_zh"], row["short_en"]) for row in shipped("directories")}
    return [
        {
            "role": grant.role.value,
            "words": grant.role.label.in_(locale),
            "region": grant.region_code,
            "place": region_words(grant.region_code).in_(locale),
            "directory": grant.directory_code or "",
            "directory_name": names[grant.directory_code].in_(locale) if grant.directory_code in names else "",
        }
        for grant in one.grants
    ]
