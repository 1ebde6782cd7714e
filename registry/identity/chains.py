"""The eight industry chains (产业链, 八大工程) and which industry codes suggest them.

The mapping is a proposal of this project, not an official table. ``core``: the code alone suggests the chain;
``part``: the product or a tag must say so as well.
"""

from typing import Final, Literal

from registry.errors import Text

ChainFit = Literal["core", "part"]

CHAINS: Final = {
    "integrated_circuits": Text("集成电路", "Integrated circuits"),
    "uhd_video": Text("超高清视频", "Ultra-high-definition video"),
    "new_display": Text("新型显示", "New displays"),
    "five_g": Text("新一代通信", "Next-generation communications (5G)"),
    "smart_terminals": Text("智能终端", "Smart terminals"),
    "secure_reliable": Text("安全可靠", "Secure and reliable computing"),
    "software_services": Text("软件信息服务", "Software and information services"),
    "artificial_intelligence": Text("人工智能", "Artificial intelligence"),
}

_SOFTWARE = "6511 6512 6513 6519"
_INTERNET = "6410 6421 6422 6429 6431 6432 6433 6434 6439 6440 6450"
_CONTENT = "6571 6572 6579"

CHAIN_INDUSTRIES: Final[dict[str, dict[ChainFit, tuple[str, ...]]]] = {
    chain: {"core": tuple(core.split()), "part": tuple(part.split())}
    for chain, core, part in (
        ("integrated_circuits", "3973 6520", "3972 3985 3979"),
        ("uhd_video", "3931 3932 3933 3939 3951 3953", "3934 3952 3974 6321 6322 6331 6579"),
        ("new_display", "3974", "3976 3985 3975"),
        ("five_g", "3921 3922", "3976 3982 6311 6312 6319"),
        ("smart_terminals", "3911 3922 3961 3962 3963 3964 3969", "3912 3913 3951 3983"),
        ("secure_reliable", "3915 6440", "6511 6512 3911 3973 6520"),
        (
            "software_services",
            f"{_SOFTWARE} 6531 6532 6540 6550 6560 6599",
            f"{_INTERNET} {_CONTENT}",
        ),
        ("artificial_intelligence", "", f"{_SOFTWARE} 6550 6450 3964 3973 6520"),
    )
}
"""Chain → classes of GB/T 4754-2017 by how well they fit."""
