"""Commands about accounts: user add, user list."""

import sys
from typing import Annotated

import typer

from registry.cli.speech import locale_of, say, say_json
from registry.errors import InvalidInput, Text
from registry.vocabulary import Role

PROVINCE = "440000"


def mount(app: typer.Typer) -> None:
    """Add the group ``user``."""
    group = typer.Typer(help="账号 / Accounts", no_args_is_help=True, rich_markup_mode=None)
    group.command()(add)
    group.command("list")(list_all)
    app.add_typer(group, name="user")


def add(
    login: Annotated[str, typer.Argument(help="登录名 / Login")],
    role: Annotated[str, typer.Option(help="角色 / Role: administrator, curator, reviewer, auditor, firm")] = "curator",
    region: Annotated[str, typer.Option(help="管辖地区代码，000000 为全部 / Region code")] = PROVINCE,
    directory: Annotated[str, typer.Option(help="只管这个名录 / Only this directory")] = "",
    name: Annotated[str, typer.Option(help="姓名 / Display name")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="从标准输入读密码 / Read the password from standard input")
    ] = False,
) -> None:
    """新建账号并授予角色。 / Make an account and give it a role."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import transaction
    from registry.policies import Actor, Grant
    from registry.services.accounts import create_account

    grant = Grant(_role(role), region, directory or None)
    engine = open_engine(read_settings())
    password = _password(from_stdin=password_stdin)
    with transaction(engine) as session:
        made = create_account(
            session,
            actor=Actor.command_line(),
            login=login,
            password=password,
            display_name=name,
            grants=(grant,),
        )
    say(Text(f"已建立账号 {made.login}。", f"Made the account {made.login}."))


def list_all(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / Print JSON")] = False,
) -> None:
    """列出账号及其角色。 / List the accounts and their roles."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading
    from registry.policies import Actor
    from registry.services.accounts import list_accounts

    with reading(open_engine(read_settings())) as session:
        accounts = list_accounts(session, actor=Actor.command_line())
    if as_json:
        say_json([account.model_dump(mode="json") for account in accounts])
        return
    locale = locale_of()
    for account in accounts:
        roles = ", ".join(
            f"{grant.role.label.in_(locale)} {grant.region_code} {grant.directory_code or ''}".rstrip()
            for grant in account.grants
        )
        say(Text(f"{account.login}\t{roles}", f"{account.login}\t{roles}"))


def _role(given: str) -> Role:
    for role in Role:
        if role.value == given:
            return role
    raise InvalidInput(
        f"没有角色“{given}”。",
        f"There is no role “{given}”.",
        field="role",
        value=given,
        choices=tuple(role.value for role in Role),
    )


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked = Text("密码", "Password").in_(locale_of())
    again = Text("再输一次", "Once more").in_(locale_of())
    return str(typer.prompt(asked, hide_input=True, confirmation_prompt=again))
