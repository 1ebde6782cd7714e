"""Who answers for a firm: whoever has it in the pool, else the reviewers of its place (属地)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlmodel import Session, col

from registry.identity.regions import covers
from registry.models import Account, CultivationCase, Listing, RoleGrant
from registry.policies import EVERYWHERE
from registry.schemas.renewals import Officer
from registry.services.assessing.choosing import in_region
from registry.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Post:
    """A reviewer's grant: a place, for one directory or all."""

    account_id: int
    region_code: str
    directory_code: str | None

    def serves(self, region_code: str | None, directory_code: str) -> bool:
        """Whether the place and directory are this post's. An unknown place is the province's."""
        if self.directory_code not in (None, directory_code):
            return False
        return _inside(self.region_code, region_code) if region_code else self.region_code.endswith("0000")

    def is_nearer_than(self, other: "Post") -> bool:
        """Whether it answers for a smaller place inside the other's, for at least the same directory."""
        same = self.directory_code in (None, other.directory_code)
        return same and self.region_code != other.region_code and _inside(other.region_code, self.region_code)


def _inside(outer: str, inner: str) -> bool:
    return outer == EVERYWHERE or covers(outer, inner)


@dataclass(frozen=True, slots=True)
class Posts:
    """All reviewers' posts and the names of the people."""

    posts: tuple[Post, ...]
    names: Mapping[int, str]

    def officers_of(self, owner_id: int | None, region_code: str | None, directory_code: str) -> tuple[Officer, ...]:
        """Who answers for one title: the case's keeper, else the reviewers of the smallest place around the firm."""
        if owner_id is not None and owner_id in self.names:
            return (Officer(account_id=owner_id, name=self.names[owner_id], assigned=True),)
        serving = [post for post in self.posts if post.serves(region_code, directory_code)]
        nearest = [post for post in serving if not any(other.is_nearer_than(post) for other in serving)]
        ids = dict.fromkeys(post.account_id for post in nearest)
        return tuple(Officer(account_id=one, name=self.names[one], assigned=False) for one in ids)

    def served_by(self, account_id: int) -> ColumnElement[bool]:
        """SQL: titles this person answers for; the same as ``officers_of`` says row by row."""
        own = [post for post in self.posts if post.account_id == account_id]
        by_place = or_(false(), *(self._of(post) for post in own))
        kept = col(CultivationCase.owner_id) == account_id
        unkept = col(CultivationCase.owner_id).is_(None) | col(CultivationCase.owner_id).not_in(list(self.names))
        return or_(kept, and_(unkept, by_place))

    def _of(self, post: Post) -> ColumnElement[bool]:
        nearer = [_here(other) for other in self.posts if other.is_nearer_than(post)]
        return and_(_here(post), ~or_(false(), *nearer))


def _here(post: Post) -> ColumnElement[bool]:
    place = in_region(post.region_code)
    return place if post.directory_code is None else and_(place, col(Listing.directory_code) == post.directory_code)


def posts(session: Session) -> Posts:
    """Every active reviewer's post, and the names of everybody who may keep a case."""
    people: Sequence[Account] = session.scalars(select(Account).where(col(Account.active).is_(True))).all()
    names = {one.id: one.display_name or one.login for one in people}
    grants = session.scalars(select(RoleGrant).where(col(RoleGrant.role) == Role.REVIEWER).order_by(col(RoleGrant.id)))
    found = [Post(one.account_id, one.region_code, one.directory_code) for one in grants if one.account_id in names]
    return Posts(tuple(found), names)
