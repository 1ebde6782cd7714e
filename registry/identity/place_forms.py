"""The short form of a place name: 广东 for 广东省, 恩施 for 恩施土家族苗族自治州."""

import re
from functools import lru_cache
from typing import Final

_ETHNIC: Final = (
    "蒙古族|蒙古|回族|藏族|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族|"
    "傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|"
    "毛南族|仡佬族|锡伯族|锡伯|塔吉克族|塔吉克|怒族|鄂温克族|裕固族|独龙族|普米族|保安族|维吾尔|各族"
)
_AUTONOMOUS: Final = re.compile(rf"(?:{_ETHNIC})*自治[区州县旗]$|特别行政区$")
_ORDINARY: Final = re.compile(r"(?:地区|林区|矿区|新区|[省市区县盟旗])$")


@lru_cache(maxsize=16384)
def short_place_name(name: str) -> str:
    """The name without its kind; unchanged if fewer than two characters would remain.

    >>> [short_place_name(n) for n in ("广东省", "恩施土家族苗族自治州", "东区", "东乡族自治县")]
    ['广东', '恩施', '东区', '东乡']
    """
    short = _AUTONOMOUS.sub("", name)
    if len(short) < 2:
        short = re.sub(r"族?自治[区州县旗]$", "", name)
    if short == name:
        short = _ORDINARY.sub("", name)
    return short if len(short) >= 2 else name
