"""What every page of a firm shares: whose it is, the links of its header, the open forms of its people."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path
from sqlmodel import Session
from starlette.requests import Request

from registry.errors import NotAuthenticated, Text
from registry.policies import Actor
from registry.services.firms.home import firm_of
from registry.vocabulary import FirmRole
from web.deps import current_actor
from web.navigation import Link, path_of
from web.rendering import url_path

Key = Annotated[str, Path(max_length=100)]
FORM_FIELDS = 2_000


def signed_in(actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
    """The signed-in person. Raises NotAuthenticated for the public; the services ask about the firm."""
    if actor.is_anonymous:
        raise NotAuthenticated("请先登录。", "Sign in first.")
    return actor


FirmActor = Annotated[Actor, Depends(signed_in)]


async def posted(request: Request) -> dict[str, str]:
    """The fields of a form as sent, the last of each name: which there are depends on the submission."""
    form = await request.form(max_fields=FORM_FIELDS, max_part_size=1_000_000)
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


Posted = Annotated[dict[str, str], Depends(posted)]


@dataclass(frozen=True, slots=True)
class Firm:
    """The firm of a page and what the person may do for it."""

    id: int
    key: str
    name: str
    role: FirmRole | None
    """None: a park's person."""

    @property
    def is_owner(self) -> bool:
        """May sign and admit."""
        return self.role is FirmRole.OWNER


def open_firm(session: Session, key: str, actor: Actor, *, park: bool = False) -> Firm:
    """The firm behind a key for its own people. Raises NotAuthenticated, NotAllowed, NotFound, Gone."""
    enterprise, canonical = firm_of(session, key, actor=actor, park=park)
    return Firm(enterprise.id, canonical, enterprise.name_zh, actor.firm_role(enterprise.id))


def firm_context(request: Request, firm: Firm, current: str) -> dict[str, Any]:
    """``firm`` and the header's links, the ``current`` one marked."""
    if firm.role is None:
        links = [Link(Text("园区代填", "Drafting"), url_path(request, "firm_list"), current=True)]
    else:
        items = [
            ("firm_home", Text("本企业申报", "Our submissions")),
            ("firm_standing", Text("达标情况", "Where we stand")),
            ("firm_members", Text("成员", "Members")),
        ]
        links = [Link(text, url_path(request, name, key=firm.key), current=name == current) for name, text in items]
        page = path_of(request, "enterprise", key=firm.key)
        if page is not None:
            links.append(Link(Text("企业主页", "Public page"), page))
    return {"firm": firm, "nav_firm": links, "firm_url": url_path(request, "firm_home", key=firm.key)}
