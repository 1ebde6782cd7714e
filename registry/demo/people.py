"""The demo accounts. They exist in a demo's data folder only; ``registry demo`` prints them."""

from dataclasses import dataclass

from sqlmodel import Session

from registry.errors import Text
from registry.policies import Actor, Grant
from registry.services.accounts import create_account
from registry.vocabulary import Role

PROVINCE, SHENZHEN, NANSHAN = "440000", "440300", "440305"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A login to try the officials' pages with, and what it may do."""

    login: str
    password: str
    display_name: str
    grants: tuple[Grant, ...]
    does: Text
    email: str | None = None
    """Mail to it is shown on a page of the demo and goes nowhere."""


ACCOUNTS = (
    DemoAccount(
        "fang",
        "shili-fang-demo",
        "方示例",
        (Grant(Role.ADMINISTRATOR, PROVINCE), Grant(Role.CURATOR, PROVINCE)),
        Text("省级管理员、名录管理员", "administrator and curator of the province"),
        "fang@example.org",
    ),
    DemoAccount(
        "he",
        "shili-he-demo",
        "何示例",
        (Grant(Role.CURATOR, PROVINCE),),
        Text("省级名录管理员，复核放行的第二人", "curator of the province: the second official where two are needed"),
    ),
    DemoAccount(
        "lin",
        "shili-lin-demo",
        "林示例",
        (Grant(Role.REVIEWER, SHENZHEN),),
        Text("深圳市审核人员", "reviewer of Shenzhen"),
    ),
    DemoAccount(
        "luo",
        "shili-luo-demo",
        "罗示例",
        (Grant(Role.REVIEWER, NANSHAN),),
        Text("深圳市南山区审核人员", "reviewer of Nanshan, Shenzhen"),
    ),
    DemoAccount(
        "mei",
        "shili-mei-demo",
        "梅示例",
        (Grant(Role.ADMINISTRATOR, SHENZHEN),),
        Text("深圳市管理员，管理市内账号", "administrator of Shenzhen: looks after the accounts of the city"),
    ),
    DemoAccount(
        "chen",
        "shili-chen-demo",
        "陈示例",
        (Grant(Role.REVIEWER, SHENZHEN),),
        Text("深圳市审核人员，与林示例同看一件时互相可见", "reviewer of Shenzhen: two on one case see each other"),
    ),
    DemoAccount(
        "shen",
        "shili-shen-demo",
        "沈示例",
        (Grant(Role.AUDITOR, PROVINCE),),
        Text("省级审计人员", "auditor of the province"),
    ),
)


def add_people(session: Session, *, actor: Actor) -> None:
    """Make the demo accounts."""
    for each in ACCOUNTS:
        create_account(
            session,
            actor=actor,
            login=each.login,
            password=each.password,
            display_name=each.display_name,
            grants=each.grants,
            email=each.email,
        )
