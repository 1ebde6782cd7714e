"""The fields a firm fills in: sections, names, kinds, units, who may see them, what proves them.

A field is named by its path. ``profile.*`` goes to the enterprise, ``annual.<year>.*`` to figures, ``facts.*`` to
facts, ``contact.*`` stays with the firm and those who review it, ``products`` is a list. Kinds, units and legal values
of figures and facts are those of ``registry.tiering.figures``: the rules read the same names.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from registry.errors import Text
from registry.tiering.figures import FigureDef, annual_names, file_fact_names

Section = Literal["profile", "contacts", "figures", "ip", "products"]
FieldKind = Literal[
    "text", "long_text", "money", "count", "quantity", "ratio", "score", "date", "bool", "presence", "code",
    "valuation", "region", "industry", "website", "email", "phone", "products",
]  # fmt: skip

SECTIONS: dict[Section, Text] = {
    "profile": Text("企业基本信息", "Profile"),
    "contacts": Text("联系人", "Contacts"),
    "figures": Text("年度指标", "Yearly figures"),
    "ip": Text("知识产权与市场", "Intellectual property and market"),
    "products": Text("主要产品", "Main products"),
}


@dataclass(frozen=True, slots=True)
class FieldDef:
    """One field. ``target``: the column of the enterprise, the figure, the fact or the contact's part it is.

    ``figure`` is what the rules know about it. ``proof``: slug of the document that proves it, if one does.
    """

    path: str
    section: Section
    label: Text
    kind: FieldKind
    target: str
    year: int | None = None
    figure: FigureDef | None = None
    required: bool = False
    most_text: int = 300
    proof: str = ""
    public: bool = True
    """Shown to the public once approved. Contacts are, only where the firm ticked it."""

    @property
    def unit(self) -> Text:
        """The unit it is stored in: yuan, 件, 人 …; empty where it has none."""
        return self.figure.unit if self.figure else Text("", "")


_PROFILE: tuple[tuple[str, str, str, FieldKind, str], ...] = (
    ("name_en", "英文名称", "English name", "text", ""),
    ("region_code", "所在地", "Place", "region", "licence"),
    ("address", "注册地址", "Registered address", "text", "licence"),
    ("industry_code", "国民经济行业", "Industry (GB/T 4754)", "industry", ""),
    ("founded_on", "成立日期", "Date of registration", "date", "licence"),
    ("registered_capital_cny", "注册资本", "Registered capital", "money", "licence"),
    ("listed_market", "上市地", "Stock market", "text", ""),
    ("stock_code", "股票代码", "Stock code", "text", ""),
    ("website", "网址", "Website", "website", ""),
    ("main_business", "主营业务", "Main business", "long_text", ""),
)
_CONTACTS: tuple[tuple[str, str, str, FieldKind], ...] = (
    ("name", "联系人", "Contact person", "text"),
    ("office", "职务", "Office", "text"),
    ("phone", "电话", "Telephone", "phone"),
    ("email", "电子邮箱", "E-mail", "email"),
    ("public", "同意在企业主页公开联系方式", "Show the contact on the public page", "bool"),
)
NEW_NAME = FieldDef(
    "profile.name_zh",
    "profile",
    Text("企业名称（变更后）", "Name after the change"),
    "text",
    "name_zh",
    proof="licence",
)
"""Asked in change reports only; taking it over is a renaming, with the old name kept."""
KEPT = frozenset({"profile.region_code", "profile.industry_code", "profile.founded_on"})
"""What a firm cannot take away: a firm always has a place, an industry and a first day."""
YEARS_ASKED = 2
"""Figures are asked for the year of the submission and the one before."""
_ANNUAL = (
    "revenue", "main_business_revenue", "rd_expense", "net_profit", "total_assets", "total_liabilities",
    "tax_paid", "employees", "rd_staff", "high_tech_revenue", "total_costs", "product_revenue",
)  # fmt: skip
_REQUIRED_ANNUAL = ("revenue", "rd_expense", "total_assets", "total_liabilities", "employees")
_PROOF = {"employees": "social_insurance", "rd_staff": "social_insurance", "rd_expense": "rd_audit"}
_IP = (
    "class1_ip", "class1_ip_self", "class2_ip", "invention_patents", "niche_since", "market_share",
    "market_rank_national", "has_rd_institution", "rd_institution_level", "management_certificate", "own_brand",
    "standards_led", "digital_level",
)  # fmt: skip
_IP_PROOF = {"class1_ip": "ip_certificates", "class1_ip_self": "ip_certificates", "class2_ip": "ip_certificates",
             "invention_patents": "ip_certificates", "market_share": "market_statement",
             "management_certificate": "management_certificate"}  # fmt: skip

DOCUMENTS: dict[str, Text] = {
    "licence": Text("营业执照", "Business licence"),
    "audit_report": Text("审计报告", "Audit report"),
    "rd_audit": Text("研发费用专项审计报告", "Special audit of R&D expense"),
    "social_insurance": Text("社会保险缴纳清单", "Social-insurance list"),
    "ip_certificates": Text("知识产权证书", "IP certificates"),
    "market_statement": Text("市场占有率说明", "Statement of market share"),
    "management_certificate": Text("管理体系认证证书", "Management-system certificate"),
    "other": Text("其他材料", "Other"),
}
"""Kinds of evidence there are; a call may ask for more under slugs of its own."""


@cache
def fields_of(year: int) -> dict[str, FieldDef]:
    """Every field of a submission for ``year``, by path, in the order it is asked."""
    found: list[FieldDef] = []
    for name, zh, en, kind, proof in _PROFILE:
        most = 2_000 if kind == "long_text" else 300
        words = Text(zh, en)
        found.append(FieldDef(f"profile.{name}", "profile", words, kind, name, most_text=most, proof=proof))
    for name, zh, en, kind in _CONTACTS:
        needed, words = name in ("name", "phone"), Text(zh, en)
        found.append(FieldDef(f"contact.{name}", "contacts", words, kind, name, required=needed, public=False))
    for when in range(year, year - YEARS_ASKED, -1):
        found.extend(_annual(name, when, required=when == year and name in _REQUIRED_ANNUAL) for name in _ANNUAL)
    found.extend(_fact(name) for name in _IP)
    found.append(FieldDef("products", "products", SECTIONS["products"], "products", "products"))
    return {field.path: field for field in found}


def field_of(path: str, *, year: int) -> FieldDef | None:
    """The field behind a path; also a figure or fact that is not asked of everybody but a standard reads."""
    known = fields_of(year).get(path)
    if known is not None:
        return known
    if path == NEW_NAME.path:
        return NEW_NAME
    kind, _, rest = path.partition(".")
    if kind == "facts" and rest in file_fact_names():
        return _fact(rest)
    when, _, name = rest.partition(".")
    if kind == "annual" and when.isascii() and when.isdigit() and len(when) == 4 and name in annual_names():
        return _annual(name, int(when), required=False)
    return None


def _annual(name: str, year: int, *, required: bool) -> FieldDef:
    figure = annual_names()[name]
    return FieldDef(
        f"annual.{year}.{name}", "figures", figure.label, figure.kind, name, year=year, figure=figure,
        required=required, proof=_PROOF.get(name, "audit_report"), public=False,
    )  # fmt: skip


def _fact(name: str) -> FieldDef:
    figure = file_fact_names()[name]
    return FieldDef(
        f"facts.{name}", "ip", figure.label, figure.kind, name, figure=figure, proof=_IP_PROOF.get(name, ""),
        public=False,
    )  # fmt: skip
