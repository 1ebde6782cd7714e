"""Which passwords are refused because they are tried first, and that ordinary good ones are not."""

import pytest

from registry.demo.people import ACCOUNTS
from registry.errors import InvalidInput
from registry.identity.uscc import check_character
from registry.services.accounts import check_password_rules
from registry.services.accounts.common_passwords import is_common

BODY = "91440300000000001"
CODE = BODY + check_character(BODY)
"""A code that fits its check character and belongs to nobody."""


@pytest.mark.parametrize(
    "password",
    [
        *("password1", "qwerty123", "PASSWORD1", "P@ssw0rd", "iloveyou", "1qaz2wsx", "trustno1"),
        *("woaini1314", "5201314520", "Woaini@520", "mima123456", "woaizhongguo", "guanliyuan888", "密码12345678"),
        *("asdfghjkl", "87654321", "1qaz2wsx3edc", "abc1abc1abc1", "zxcvbnm,./"),
        *("19900101", "13800138000", "企业名录2026!", "registry-2026", "admin@2026", "深圳市示例电子有限公司"),
        *(CODE, CODE.lower(), f"{CODE}!!", f"ab{CODE}"),
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_password_rules(password, login="li")
    assert refused.value.field == "password"
    assert password not in f"{refused.value.text.zh} {refused.value.text.en}"


@pytest.mark.parametrize("password", ["LiXiaoming1990", "lixiaoming#1", "李小明12345", "xm.li@2026"])
def test_what_others_know_of_the_person_is_refused_to_this_person_only(password: str) -> None:
    known = ("李小明", "xm.li@example.org", "xm.li")
    assert is_common(password, known=("lixiaoming", *known))
    assert not is_common(password, known=("wang",))


@pytest.mark.parametrize(
    "password",
    [
        "correct-horse-battery",
        "山高月小水落石出",
        "Plainly-fictional-1",
        "19909973",
        "vT7#kq2Lw9",
        "li-buys-four-lamps",
    ],
)
def test_what_nobody_tries_first_is_taken(password: str) -> None:
    check_password_rules(password, login="li", known=("李示例", "li@example.org"))


def test_the_accounts_of_the_demonstration_keep_to_the_rule() -> None:
    for each in ACCOUNTS:
        check_password_rules(each.password, login=each.login, known=(each.display_name, each.email or ""))
