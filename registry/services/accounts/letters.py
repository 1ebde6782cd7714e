"""What the mails about accounts say, in both languages."""

from urllib.parse import urlencode

from sqlmodel import Session

from registry.errors import Text
from registry.services.mailing import queue_mail

_NOT_YOU = Text(
    "如果不是您本人申请的，请忽略这封邮件，什么都不会改变。", "If you did not ask for this, ignore it; nothing changes."
)


def address(page: str, token: str) -> str:
    """The link itself. ``page``: the address of the page where it is used; ``token``: signed."""
    return f"{page}?{urlencode({'token': token})}"


def send_registration(session: Session, *, email: str, link: str) -> None:
    """Confirm the address and choose a password."""
    queue_mail(
        session,
        recipient=email,
        subject=Text("确认邮箱并设置密码", "Confirm your address and choose a password"),
        body=Text(
            f"请在 24 小时内打开下面的链接，确认邮箱并设置密码：\n{link}\n\n{_NOT_YOU.zh}",
            f"Open this link within 24 hours to confirm your address and choose a password:\n{link}\n\n{_NOT_YOU.en}",
        ),
    )


def send_known_already(session: Session, *, email: str) -> None:
    """Somebody wanted to register an address that has an account."""
    queue_mail(
        session,
        recipient=email,
        subject=Text("这个邮箱已有账号", "This address has an account"),
        body=Text(
            f"有人想用这个邮箱注册，但它已有账号。请直接登录；忘记密码可以在登录页重设。\n\n{_NOT_YOU.zh}",
            "Somebody wanted to register this address, which has an account. Sign in, or reset the password from "
            f"the sign-in page.\n\n{_NOT_YOU.en}",
        ),
    )


def send_reset(session: Session, *, email: str, login: str, link: str) -> None:
    """Choose a new password."""
    queue_mail(
        session,
        recipient=email,
        subject=Text("重设密码", "Set a new password"),
        body=Text(
            f"请在 1 小时内打开下面的链接，为账号 {login} 设置新密码：\n{link}\n\n{_NOT_YOU.zh}",
            f"Open this link within an hour to set a new password for the account {login}:\n{link}\n\n{_NOT_YOU.en}",
        ),
    )


def send_invitation(session: Session, *, email: str, login: str, link: str) -> None:
    """An administrator made an account."""
    queue_mail(
        session,
        recipient=email,
        subject=Text("启用您的账号", "Activate your account"),
        body=Text(
            f"管理员为您建立了账号 {login}。请在 7 天内打开下面的链接，设置密码：\n{link}",
            f"An administrator made the account {login} for you. Open this link within 7 days to choose a "
            f"password:\n{link}",
        ),
    )


def send_changed(session: Session, *, email: str, login: str) -> None:
    """The password was changed: whoever did not do it should hear of it."""
    queue_mail(
        session,
        recipient=email,
        subject=Text("密码已更改", "Your password was changed"),
        body=Text(
            f"账号 {login} 的密码刚刚更改，其他设备均已退出。如果不是您本人操作，请立即重设密码并告知管理员。",
            f"The password of the account {login} was just changed and all other devices were signed out. If this was "
            "not you, reset the password at once and tell an administrator.",
        ),
    )
