"""Passwords that are tried first: a published list, habits of the keyboard and of Chinese, what is known anyway.

The published list (``registry/reference/common_passwords.txt``) is mostly English; what people type here is added as
words, each refused alone, repeated, or with digits and signs around it. No database.
"""

import functools
import re
from datetime import date
from importlib import resources

from registry.identity.uscc import check_character

HABITS = frozenset(
    """
    woaini woaiwo woaiziji woaizhongguo woaizuguo aini iloveyou love nihao nihaoma ninhao zaijian
    mima wodemima mimashi miyao denglu yonghu guanli guanliyuan chaojiguanliyuan kouling ceshi shiyong moren
    zhongguo zhonghua beijing shanghai guangdong guangzhou shenzhen dongguan foshan huizhou
    gongsi qiye qiyeminglu minglu tiduipeiyu peiyuku mingluku zhuanjingtexin xiaojuren gongxin gongxinju gongxinting
    a aa abc abcd q w qq qwe qwer qweasd qweasdzxc qwerty qwertyuiop asd asdf asdfgh zxc zxcvbn zxcvbnm qaz qazwsx wsx
    pass password passwd admin administrator root user test guest demo login welcome changeme default letmein secret
    registry enterpriseregistry enterprisedirectory directory cultivation
    密码 我的密码 我爱你 我爱中国 你好 您好 管理员 企业名录 企业名录与梯度培育库 梯度培育库 梯度培育
    专精特新 小巨人 工信局 工信厅
    """.split()
)
"""Cores of passwords: pinyin of "password", "log in", "I love you", rows of keys, the names of this registry."""

NUMBERS = re.compile(r"(?:520|521|1314|5201314|1314520|168|888|666|1688|518|7758|123|321|147|258|369|159|357)+")
"""Numbers that sound like words (5201314) or lie beside each other on the keys, in any row."""

_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
_LOOK_ALIKE = str.maketrans("@$!", "asi")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_WHOLE_CODE = re.compile(r"(?=([0-9a-hj-npqrtuwxy]{17})([0-9a-hj-npqrtuwxy]))")


def is_common(password: str, *, known: tuple[str, ...] = ()) -> bool:
    """Whether the password is among those tried first. ``known``: what others know of the person (login, name)."""
    text = password.strip().casefold()
    spellings = {text, text.translate(_LOOK_ALIKE), text.translate(_LOOK_ALIKE).replace("0", "o")}
    return not spellings.isdisjoint(_listed()) or _a_number(text) or _a_row(text) or _a_word(spellings, known)


def _a_number(text: str) -> bool:
    """A number that sounds like a word, a day, a mobile number, a code or the name of a firm."""
    if NUMBERS.fullmatch(text) or _MOBILE.fullmatch(text) or _is_day(text):
        return True
    if any(check_character(body.upper()) == last.upper() for body, last in _WHOLE_CODE.findall(text)):
        return True
    return _AROUND.sub("", text).endswith("公司")


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"(?:19|20)\d{6}", text):
        return False
    try:
        date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    except ValueError:
        return False
    return True


def _a_row(text: str) -> bool:
    """One piece of a row of keys or of the alphabet, forwards or backwards, or a short piece again and again."""
    if any(text in row or text in row[::-1] for row in _ROWS):
        return True
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, min(4, len(text) // 2) + 1))


def _a_word(spellings: set[str], known: tuple[str, ...]) -> bool:
    words = HABITS | {one.strip().casefold() for one in known if len(one.strip()) > 1}
    cores = {_AROUND.sub("", text) for text in spellings}
    cores |= {re.sub(r"[\W_]", "", core) for core in cores}
    halves = {core[: len(core) // 2] for core in cores if core[: len(core) // 2] * 2 == core}
    return not words.isdisjoint(spellings | cores | halves)


@functools.cache
def _listed() -> frozenset[str]:
    text = resources.files("registry.reference").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
