"""The links of the header. A link appears once its page exists, so nothing leads nowhere."""

from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.routing import NoMatchFound

from registry.errors import Text
from registry.policies import Actor
from registry.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a navigation; ``count`` is printed behind the word, in cinnabar if it is ``urgent``."""

    text: Text
    href: str
    current: bool = False
    count: int | None = None
    urgent: bool = False


PUBLIC = (
    ("search", Text("查企业", "Find enterprises")),
    ("directory_list", Text("名录", "Directories")),
    ("product_list", Text("产品目录", "Products")),
    ("standard_list", Text("认定标准", "Standards")),
    ("target_board", Text("规划目标", "Plan targets")),
    ("open_data", Text("开放数据", "Open data")),
)
WORK = (
    ("inbox", Text("收件", "Inbox")),
    ("import_list", Text("导入", "Imports")),
    ("batch_list", Text("批次", "Batches")),
    ("objection_list", Text("异议", "Objections")),
    ("call_list", Text("通知", "Calls")),
    ("candidate_list", Text("候选", "Candidates")),
    ("cultivation_board", Text("培育", "Cultivation")),
    ("renewal_list", Text("复核到期", "Renewals")),
    ("work_standards", Text("标准", "Standards")),
    ("work_targets", Text("目标", "Targets")),
    ("search_miss_list", Text("查询", "Searches")),
    ("user_list", Text("账号", "Users")),
    ("audit_log", Text("审计", "Audit")),
)
ONLY_FOR = {name: frozenset({Role.ADMINISTRATOR, Role.AUDITOR}) for name in ("user_list", "audit_log")}
"""Links that only these see; whoever else finds the address is refused by the service."""
PAGES_UNDER = {
    "search": ("/e/",),
    "directory_list": ("/batches/",),
    "inbox": tuple(
        f"/office/{room}" for room in ("submissions/", "objections", "claims/", "corrections/", "merge", "split")
    ),
    "import_list": ("/office/notices/", "/office/match"),
    "call_list": ("/office/steps",),
}
"""Paths that belong under a link although they do not start with its own."""


def links(request: Request, items: tuple[tuple[str, Text], ...]) -> list[Link]:
    """The links whose routes exist, the one whose page is open marked as current."""
    found = []
    actor: Actor | None = getattr(request.state, "actor", None)
    for name, text in items:
        if name in ONLY_FOR and not (actor is not None and actor.may(ONLY_FOR[name])):
            continue
        href = path_of(request, name)
        if href is not None:
            count = getattr(request.state, "waiting", 0) or None if name == "inbox" else None
            current = _is_under(request.url.path, href, name)
            found.append(Link(text, href, current=current, count=count, urgent=count is not None))
    return found


def path_of(request: Request, name: str, /, **params: object) -> str | None:
    """The path of a route without a host, so that it is right behind any proxy; None if there is no such page."""
    pattern = _pattern(request, name, tuple(params))
    if pattern is None:
        return None
    values = {key: value if isinstance(value, int) else quote(str(value), safe="/") for key, value in params.items()}
    return str(request.scope.get("root_path", "")) + pattern.format(**values)


def _pattern(request: Request, name: str, given: tuple[str, ...]) -> str | None:
    """The address of a route, its parameters in braces. Kept, because a page makes hundreds of links."""
    kept: dict[tuple[str, tuple[str, ...]], str | None] | None = getattr(request.app.state, "path_patterns", None)
    if kept is None:
        kept = request.app.state.path_patterns = {}
    if (name, given) not in kept:
        try:
            path = str(request.app.url_path_for(name, **{key: f"{{{key}}}" for key in given}))
        except NoMatchFound:
            path = None
        kept[name, given] = path
    return kept[name, given]


def _is_under(path: str, href: str, name: str) -> bool:
    return path == href or path.startswith((href.rstrip("/") + "/", *PAGES_UNDER.get(name, ())))
