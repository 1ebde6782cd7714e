"""Who may do what, where (属地管理): grants of role × region × directory, asked by the services, never by templates."""

import getpass
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from registry.errors import NeedsSecondFactor, NotAllowed, NotAuthenticated, Text
from registry.identity.regions import covers
from registry.vocabulary import FirmRole, Role

EVERYWHERE = "000000"
"""A grant's region that covers every other."""
EVERY_DIRECTORY = "*"
"""Ask with this for an act that belongs to no single directory: only a grant for all directories covers it."""
OFFICIALS: frozenset[Role] = frozenset({Role.ADMINISTRATOR, Role.CURATOR, Role.REVIEWER, Role.AUDITOR})
"""The roles whose people see the officials' pages."""
ACTING: frozenset[Role] = OFFICIALS - {Role.AUDITOR}
"""The roles that may do anything but look: an auditor changes nothing anywhere."""

_IMPLIED: dict[Role, frozenset[Role]] = {
    Role.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR, Role.CURATOR, Role.REVIEWER, Role.AUDITOR}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in a region and all that lies inside it, for one directory or (None) for all."""

    role: Role
    region_code: str
    directory_code: str | None = None

    def covers(self, roles: AbstractSet[Role], region_code: str | None, directory_code: str | None) -> bool:
        """Whether this grant alone is enough. An argument that is None is not asked about."""
        return (
            not roles.isdisjoint(_IMPLIED.get(self.role, {self.role}))
            and (region_code is None or self._reaches(region_code))
            and (directory_code is None or self.directory_code in (None, directory_code))
        )

    def _reaches(self, region_code: str) -> bool:
        if self.region_code == EVERYWHERE:
            return True
        # A firm whose place is not known is a matter for the province, not for whichever city asks first.
        return covers(self.region_code, region_code) if region_code else self.region_code.endswith("0000")


@dataclass(frozen=True, slots=True)
class FirmRight:
    """What somebody may do for one enterprise, as its member."""

    enterprise_id: int
    role: FirmRole


@dataclass(frozen=True, slots=True)
class ParkRight:
    """A park somebody works for, and the firms that agreed that it drafts for them."""

    park_id: int
    enterprise_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a signed-in person, somebody at the command line, the program itself, or the public.

    ``label`` is what the audit trail records (a person's login); it is empty for the public only.
    """

    account_id: int | None
    label: str
    grants: tuple[Grant, ...] = ()
    display_name: str = ""
    firms: tuple[FirmRight, ...] = ()
    parks: tuple[ParkRight, ...] = ()
    second_factor: bool = False
    """Whether this person signs in in two steps."""
    withheld: bool = False
    """Has rights of an official, but not before there is a second factor: ``grants`` is empty until then."""

    @classmethod
    def anonymous(cls) -> "Actor":
        """The public: may read what is published."""
        return cls(None, "")

    @classmethod
    def command_line(cls) -> "Actor":
        """Whoever can run commands on this machine: an administrator everywhere, recorded by login name."""
        try:
            name = getpass.getuser()
        except (OSError, KeyError):  # a container user without an entry in the password file
            name = "?"
        return cls(None, f"命令行：{name}"[:100], (Grant(Role.ADMINISTRATOR, EVERYWHERE),))

    @property
    def is_anonymous(self) -> bool:
        """Nobody has signed in."""
        return not self.label

    @property
    def is_official(self) -> bool:
        """Holds a role of an authority anywhere."""
        return self.may(OFFICIALS)

    def firm_role(self, enterprise_id: int) -> FirmRole | None:
        """What this person is for an enterprise: owner, editor, or nothing."""
        held = {right.role for right in self.firms if right.enterprise_id == enterprise_id}
        return FirmRole.OWNER if FirmRole.OWNER in held else next(iter(held), None)

    def park_of(self, enterprise_id: int) -> int | None:
        """The park of this person that drafts for an enterprise, if there is one."""
        return next((right.park_id for right in self.parks if enterprise_id in right.enterprise_ids), None)

    def may(
        self,
        roles: Role | AbstractSet[Role],
        *,
        region_code: str | None = None,
        directory_code: str | None = None,
    ) -> bool:
        """Whether one grant gives one of ``roles`` for this region and this directory.

        None leaves the question of place or directory out. An empty ``region_code`` means the place is not known: only
        the province or wider may act. ``EVERY_DIRECTORY`` asks for a grant that is not limited to a directory.
        """
        wanted = frozenset({roles}) if isinstance(roles, Role) else roles
        return any(grant.covers(wanted, region_code, directory_code) for grant in self.grants)


SYSTEM = Actor(None, "系统", (Grant(Role.ADMINISTRATOR, EVERYWHERE),))
"""The program itself: migrations, the worker, the demo's data."""


def acting_for(label: str) -> Actor:
    """The worker at work for whoever queued it; their rights were asked then."""
    return replace(SYSTEM, label=label)


def own_region(actor: Actor) -> str:
    """The widest region of an official: everywhere, else a province, else the first city. Raises NotAllowed."""
    codes = [grant.region_code for grant in actor.grants if grant.covers(OFFICIALS, None, None)]
    if not codes:
        raise NotAllowed("这一页只供工作人员使用。", "This page is for officials only.")
    return min(codes, key=lambda code: (code != EVERYWHERE, -(len(code) - len(code.rstrip("0")))))


def require(
    actor: Actor,
    roles: Role | AbstractSet[Role],
    *,
    region_code: str | None = None,
    directory_code: str | None = None,
) -> None:
    """Refuse unless ``actor.may`` do it.

    Raises NotAuthenticated for the public, NotAllowed (naming the roles that may, and where) for anybody else.
    """
    if actor.may(roles, region_code=region_code, directory_code=directory_code):
        return
    if actor.is_anonymous:
        raise NotAuthenticated("请先登录，再进行这项操作。", "Sign in first to do this.")
    if actor.withheld:
        raise NeedsSecondFactor(
            "工作人员须先开启两步验证，才能使用自己的权限。",
            "Officials have to set up two-step verification before they can use their rights.",
        )
    who = _who_may(frozenset({roles}) if isinstance(roles, Role) else roles, region_code, directory_code)
    raise NotAllowed(f"您没有这项权限。需要：{who.zh}。", f"You may not do this. It takes: {who.en}.")


def require_firm(actor: Actor, enterprise_id: int, *, owner: bool = False, park: bool = False) -> None:
    """Refuse unless ``actor`` is a member of the enterprise: its owner if ``owner``; ``park`` lets its park in too.

    An official is no member: what a firm says of itself only the firm says. Raises NotAuthenticated, NotAllowed.
    """
    role = actor.firm_role(enterprise_id)
    if role is FirmRole.OWNER or (role is FirmRole.EDITOR and not owner):
        return
    if park and actor.park_of(enterprise_id) is not None:
        return
    if actor.is_anonymous:
        raise NotAuthenticated("请先登录，再进行这项操作。", "Sign in first to do this.")
    if role is FirmRole.EDITOR:
        raise NotAllowed("这项操作须由企业负责人办理。", "Only an owner of the firm may do this.")
    raise NotAllowed("您不是这家企业的成员。", "You are not a member of this firm.")


def require_importer(actor: Actor, *, directory_code: str | None) -> None:
    """Refuse unless ``actor`` may bring a file in, write it or take it back.

    A file may name firms of any city, so it takes a curator of the province; a plain enterprise file (None) takes one
    for all directories. Raises NotAuthenticated, NotAllowed.
    """
    require(actor, Role.CURATOR, region_code="", directory_code=directory_code or EVERY_DIRECTORY)


def _who_may(roles: AbstractSet[Role], region_code: str | None, directory_code: str | None) -> Text:
    ordered = [role for role in Role if role in roles]
    zh = "或".join(role.label.zh for role in ordered)
    en = " or ".join(role.label.en for role in ordered)
    scope_zh, scope_en = [], []
    if region_code is not None:
        scope_zh.append(f"地区 {region_code}" if region_code else "省级")
        scope_en.append(f"for region {region_code}" if region_code else "at province level")
    if directory_code == EVERY_DIRECTORY:
        scope_zh.append("全部名录")
        scope_en.append("for all directories")
    elif directory_code is not None:
        scope_zh.append(f"名录 {directory_code}")
        scope_en.append(f"for directory {directory_code}")
    return Text(f"{zh}（{'，'.join(scope_zh)}）" if scope_zh else zh, " ".join([en, *scope_en]))
