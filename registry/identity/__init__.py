"""Identifiers and names, pure: no database, no web. Everything public can be imported from here.

``uscc``                 统一社会信用代码: is, parse, explain the fault, nearest valid codes
``org_code``             组织机构代码 (GB 11714)
``registration_number``  注册号 of before 2015: 15 digits, cooperatives, 13 digits
``regions``              行政区划代码: parents, cities, cover, replaced codes, names to codes
``industries``           国民经济行业分类: codes of 2017, moved codes of 2011, size-class group
``chains``               the eight industry chains and the codes that suggest them
``names``                names of firms: clean, fold, core, remarks; ``LEGAL_SUFFIXES``, ``PLACES``
"""

from registry.identity.chains import CHAINS, ChainFit
from registry.identity.explain import CodeExplanation, CodeKind, explain_code
from registry.identity.industries import (
    Industry,
    SizeGroup,
    chains_of_industry,
    industry,
    industry_2011,
    industry_path,
    size_class_group,
)
from registry.identity.names import (
    NameNote,
    clean_name,
    core_name,
    fold_name,
    fold_text,
    looks_like_firm_name,
    split_notes,
)
from registry.identity.org_code import ParsedOrgCode, is_org_code, org_code_of, parse_org_code
from registry.identity.regions import (
    GUANGDONG_CITIES,
    Region,
    RegionLevel,
    children,
    city_of,
    covers,
    parents,
    place_names,
    region,
    resolve_region,
)
from registry.identity.registration_number import (
    ParsedRegistrationNumber,
    is_registration_number,
    parse_registration_number,
)
from registry.identity.uscc import (
    USCC_ALPHABET,
    ParsedUscc,
    check_character,
    is_uscc,
    nearest_uscc,
    normalise_code,
    parse_uscc,
)

__all__ = [
    "CHAINS",
    "GUANGDONG_CITIES",
    "USCC_ALPHABET",
    "ChainFit",
    "CodeExplanation",
    "CodeKind",
    "Industry",
    "NameNote",
    "ParsedOrgCode",
    "ParsedRegistrationNumber",
    "ParsedUscc",
    "Region",
    "RegionLevel",
    "SizeGroup",
    "chains_of_industry",
    "check_character",
    "children",
    "city_of",
    "clean_name",
    "core_name",
    "covers",
    "explain_code",
    "fold_name",
    "fold_text",
    "industry",
    "industry_2011",
    "industry_path",
    "is_org_code",
    "is_registration_number",
    "is_uscc",
    "looks_like_firm_name",
    "nearest_uscc",
    "normalise_code",
    "org_code_of",
    "parents",
    "parse_org_code",
    "parse_registration_number",
    "parse_uscc",
    "place_names",
    "region",
    "resolve_region",
    "size_class_group",
    "split_notes",
]
