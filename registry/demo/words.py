"""The words fictional firms are made of: places with weights, brands, lines of business."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from registry.identity.place_forms import short_place_name
from registry.identity.regions import GUANGDONG_CITIES, children, region

MARK: Final = "示例"
"""In every name, so that nobody takes a demo firm for a real one."""

CITY_WEIGHTS: Final = {
    "440300": 30,
    "440100": 18,
    "441900": 11,
    "440600": 9,
    "441300": 5,
    "440400": 5,
    "442000": 4,
    "440700": 3,
    "440500": 3,
}
"""The electronics cities are heavy; every other city of the province weighs one."""

FIRST: Final = (
    "星云海岳鸿瑞启明晨锐芯凌智睿光锦航辰微景卓远博晟翰皓泓嘉韵"
    "澜璟霖曜玄骏朗丰恒沐川禾拓清越简素青岚北溪南屿东篱松柏竹兰"
)
SECOND: Final = (
    "河图舟汐桥帆塔灯石泉湾岛峰林原野庭轩阁楼台井田园圃圣谷川渡津浦港洲渚礁滩涧壑崖坪岗陵丘冈峦巅峡溪瀑潭池沼泽湖泊淼"
)
THIRD: Final = "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of business: how it is called in names, its industry class, chains it declares beyond the code's own."""

    zh: str
    en: str
    industry_code: str
    product: str
    declared: tuple[str, ...] = ()


LINES: Final = (
    Line("微电子", "Microelectronics", "3973", "电源管理芯片"),
    Line("半导体", "Semiconductor", "3973", "功率器件"),
    Line("芯片设计", "Chip Design", "6520", "射频前端芯片"),
    Line("集成电路", "Integrated Circuits", "6520", "微控制器"),
    Line("超高清科技", "Ultra HD Technology", "3931", "超高清摄像机", ("uhd_video",)),
    Line("视听设备", "Audio and Video Equipment", "3951", "超高清机顶盒"),
    Line("影像技术", "Imaging", "3939", "视频编码器"),
    Line("显示技术", "Display Technology", "3974", "微型显示模组"),
    Line("光电", "Optoelectronics", "3974", "背光模组"),
    Line("通信设备", "Communication Equipment", "3921", "小基站"),
    Line("天线技术", "Antenna Technology", "3921", "毫米波天线", ("five_g",)),
    Line("移动终端", "Mobile Devices", "3922", "工业平板"),
    Line("智能硬件", "Smart Hardware", "3969", "智能传感终端"),
    Line("可穿戴科技", "Wearables", "3961", "智能手环"),
    Line("计算机", "Computers", "3911", "工业计算机"),
    Line("信息安全", "Information Security", "3915", "安全网关", ("secure_reliable",)),
    Line("数据安全", "Data Security", "6440", "数据脱敏系统"),
    Line("基础软件", "System Software", "6511", "国产数据库", ("secure_reliable",)),
    Line("软件", "Software", "6513", "生产执行系统"),
    Line("信息系统集成", "System Integration", "6531", "运维平台"),
    Line("云计算", "Cloud Computing", "6540", "云管平台"),
    Line("大数据", "Big Data", "6550", "数据中台", ("artificial_intelligence",)),
    Line("人工智能", "Artificial Intelligence", "6513", "视觉识别引擎", ("artificial_intelligence",)),
    Line("机器人", "Robotics", "3964", "服务机器人", ("artificial_intelligence", "smart_terminals")),
    Line("精密机械", "Precision Machinery", "3569", "半导体检测设备"),
    Line("新材料", "New Materials", "3985", "电子浆料"),
)


@cache
def places() -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    """City code, its short name, its English name and the codes of its districts (itself where it has none)."""
    found = []
    for code in GUANGDONG_CITIES:
        city = region(code)
        if city is None:
            raise RuntimeError(f"the region table lacks {code}")
        found.append((code, short_place_name(city.name), city.name_en, children(code) or (code,)))
    return tuple(found)


@cache
def reading(brand: str) -> str:
    """A brand's reading as one capitalised word."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(brand)).capitalize()


def brand(number: int) -> str:
    """The brand of the firm with this number, counted from 0: different for every firm up to 100,000 and beyond.

    >>> brand(0) != brand(1), len(brand(0)), len(brand(99_999))
    (True, 2, 3)
    """
    pairs = len(FIRST) * len(SECOND)
    # A step that shares no factor with the number of pairs visits each once and never two neighbours in a row.
    round_, place = divmod(number, pairs)
    place = place * 1_327 % pairs
    pair = FIRST[place % len(FIRST)] + SECOND[place // len(FIRST)]
    return pair if round_ == 0 else pair + THIRD[round_ - 1]
