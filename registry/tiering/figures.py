"""The names a rule may read: yearly figures, facts and fields of the enterprise, each with its kind, unit and words."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from registry.errors import Text

Kind = Literal["money", "count", "quantity", "ratio", "score", "date", "bool", "presence", "code", "text", "valuation"]
Scope = Literal["annual", "facts", "enterprise"]

KIND_UNITS = {
    "money": Text("元", "yuan"),
    "quantity": Text("", ""),
    "ratio": Text("", ""),
    "score": Text("分", "points"),
}


@dataclass(frozen=True, slots=True)
class FigureDef:
    """One name of the figures file.

    ``kind`` decides what is accepted and how it is stored in a population: money, count, quantity, ratio (a
    fraction, 0.12 for 12 %), score and presence (true/false or a count) as float64; bool as 0/1; date as
    datetime64[D]; code as the index into ``choices``; valuation as one column of amounts a currency (``in_currency``);
    text is carried but no rule reads it.
    ``most`` is the largest legal value.
    """

    name: str
    label: Text
    kind: Kind
    scope: Scope
    counter: Text | None = None
    may_be_negative: bool = False
    choices: tuple[str, ...] = ()
    most: float | None = None

    @property
    def unit(self) -> Text:
        """The unit word shown after a value: its counter (件, 人) or the unit of its kind."""
        return self.counter or KIND_UNITS.get(self.kind, Text("", ""))


ITEMS, PEOPLE, RESULTS, RANK = (
    Text("件", "items"),
    Text("人", "people"),
    Text("项", "results"),
    Text("名", ""),
)


def _annual(name: str, zh: str, en: str, kind: Kind = "money", **more: object) -> FigureDef:
    return FigureDef(name, Text(zh, en), kind, "annual", **more)  # type: ignore[arg-type]


def _fact(name: str, zh: str, en: str, kind: Kind = "bool", **more: object) -> FigureDef:
    return FigureDef(name, Text(zh, en), kind, "facts", **more)  # type: ignore[arg-type]


def _field(name: str, zh: str, en: str, kind: Kind, **more: object) -> FigureDef:
    return FigureDef(name, Text(zh, en), kind, "enterprise", **more)  # type: ignore[arg-type]


ANNUAL = (
    _annual("revenue", "营业收入", "revenue"),
    _annual("main_business_revenue", "主营业务收入", "main business revenue"),
    _annual("high_tech_revenue", "高新技术产品（服务）收入", "high-tech product and service income"),
    _annual("total_income", "总收入", "total income"),
    _annual("product_revenue", "主导产品收入", "main product revenue"),
    _annual("rd_expense", "研发费用", "R&D expense"),
    _annual("rd_expense_domestic", "境内研发费用", "R&D expense inside mainland China"),
    _annual("net_profit", "净利润", "net profit", may_be_negative=True),
    _annual("net_assets", "净资产", "net assets", may_be_negative=True),
    _annual("total_assets", "资产总额", "total assets"),
    _annual("total_liabilities", "负债总额", "total liabilities"),
    _annual("total_costs", "成本费用支出总额", "total costs and expenses"),
    _annual("tax_paid", "实缴税金", "tax paid"),
    _annual("employees", "职工总数", "employees", "count", counter=PEOPLE),
    _annual("rd_staff", "研发人员", "R&D staff", "count", counter=PEOPLE),
    _annual("sci_tech_staff", "科技人员", "sci-tech staff", "count", counter=PEOPLE),
    _annual("equity_investment", "新增股权融资", "new equity funding"),
    _annual("energy_tce", "综合能耗", "energy use", "quantity", counter=Text("吨标准煤", "tce")),
    _annual("land_mu", "用地面积", "land used", "quantity", counter=Text("亩", "mu")),
    _annual("value_added", "工业增加值", "value added", may_be_negative=True),
    _annual("sci_tech_expense", "科技活动经费支出", "science and technology expense"),
    _annual("ai_revenue", "人工智能相关收入", "AI revenue"),
    _annual("ai_rd_expense", "人工智能研发费用", "AI R&D expense"),
    _annual("ai_certified_staff", "持人工智能技能证书人员", "staff with AI certificates", "count", counter=PEOPLE),
    _annual("emission_t", "主要污染物排放量", "main pollutants emitted", "quantity", counter=Text("吨", "tonnes")),
    _annual("electricity_kwh", "用电量", "electricity used", "quantity", counter=Text("千瓦时", "kWh")),
    _annual("rented_floor_m2", "租用厂房建筑面积", "floor rented", "quantity", counter=Text("平方米", "m²")),
    _annual("land_points", "亩均评价加减分", "land score adjustment", "score", most=100, may_be_negative=True),
    _annual("innovation_score", "创新能力评价得分", "innovation score", "score", most=100),
    _annual("platform_score", "专精特新发展评价得分", "platform development score", "score", most=200),
)

RD_LEVELS = ("national", "provincial", "city", "below_city", "none")
HIGH_TECH_FIELDS = (
    "电子信息",
    "生物与新医药",
    "航空航天",
    "新材料",
    "高技术服务",
    "新能源与节能",
    "资源与环境",
    "先进制造与自动化",
)

CLUSTERS = ("pillar", "emerging")
AI_FIELDS = ("models_software", "other")
RECORDS = ("three_years", "two_years", "one_year")

CHOICE_WORDS = {
    "national": Text("国家级", "national"),
    "provincial": Text("省部级", "provincial or ministerial"),
    "city": Text("市级", "city"),
    "below_city": Text("市级以下", "below city level"),
    "none": Text("没有", "none"),
    "pillar": Text("战略性支柱产业集群", "strategic pillar cluster"),
    "emerging": Text("战略性新兴产业集群", "strategic emerging cluster"),
    "models_software": Text("大模型和软件", "large models and software"),
    "other": Text("其他", "other"),
    "three_years": Text("三年或以上", "three years or more"),
    "two_years": Text("只有两年", "two years only"),
    "one_year": Text("只有一年", "one year only"),
    **dict(
        zip(
            HIGH_TECH_FIELDS,
            (
                Text("电子信息", "electronics and information"),
                Text("生物与新医药", "biology and new medicine"),
                Text("航空航天", "aerospace"),
                Text("新材料", "new materials"),
                Text("高技术服务", "high-tech services"),
                Text("新能源与节能", "new energy and energy saving"),
                Text("资源与环境", "resources and environment"),
                Text("先进制造与自动化", "advanced manufacturing and automation"),
            ),
            strict=True,
        )
    ),
}
"""Values of coded facts in words; a value without words is shown as it is."""


def choice_words(value: str) -> Text:
    """A value of a coded fact in words."""
    return CHOICE_WORDS.get(value, Text(value, value))


# Facts of the design keep their meaning; later groups were added for the standards that read them.
FACTS = (
    _fact("niche_since", "从事特定细分市场起始日", "in the niche market since", "date"),
    _fact("product_field", "主导产品所属领域", "field of the main product", "text"),
    _fact("six_bases", "主导产品属于工业六基", "main product is one of the six industrial bases"),
    _fact("key_link", "处于产业链关键环节", "at a key link of an industrial chain"),
    _fact("class1_ip", "Ⅰ类知识产权", "class-I IP rights", "count", counter=ITEMS),
    _fact("class1_ip_self", "自主研发的Ⅰ类知识产权", "self-developed class-I IP rights", "count", counter=ITEMS),
    _fact("class1_ip_high_value", "Ⅰ类高价值知识产权", "high-value class-I IP rights", "count", counter=ITEMS),
    _fact("class2_ip", "Ⅱ类知识产权", "class-II IP rights", "count", counter=ITEMS),
    _fact("core_ip", "主要产品（服务）的核心自主知识产权", "core IP of the main product or service", "presence"),
    _fact(
        "high_tech_field",
        "核心技术属于国家重点支持的高新技术领域",
        "core technology in a supported high-tech field",
        choices=HIGH_TECH_FIELDS,
    ),
    _fact("market_share", "主导产品市场占有率", "market share of the main product", "ratio", most=1),
    _fact("market_rank_national", "主导产品全国排名", "national rank of the main product", "count", counter=RANK),
    _fact("market_rank_world", "主导产品全球排名", "world rank of the main product", "count", counter=RANK),
    _fact("platform_score", "当年专精特新发展评价得分", "platform development score this year", "score", most=200),
    _fact("has_rd_institution", "自建或共建研发机构", "own or joint R&D institution"),
    _fact("rd_institution_level", "研发机构级别", "level of the R&D institution", "code", choices=RD_LEVELS),
    _fact(
        "award_national_3y", "近三年国家级科技奖励（前三完成单位）", "national science award in 3 years, first 3 units"
    ),
    _fact(
        "award_provincial_3y",
        "近三年省部级科技奖励（前三完成单位）",
        "provincial science award in 3 years, first 3 units",
    ),
    _fact("management_certificate", "管理体系认证", "management-system certificate"),
    _fact("own_brand", "直接面向市场的自主品牌", "own brand facing the market"),
    _fact("digital_level", "数字化水平等级", "digital maturity level", "count"),
    _fact("major_incident_1y", "申请前一年内重大事故或严重违法", "major incident in the last year"),
    _fact("major_incident_3y", "近三年重大事故或严重违法", "major incident in the last 3 years"),
    _fact(
        "on_abnormal_list", "列入经营异常名录或严重失信主体名单", "on the abnormal-operation or serious-dishonesty list"
    ),
    _fact("post_money_valuation", "最近一轮投后估值", "last post-money valuation", "valuation"),
    _fact("cumulative_funding", "累计融资", "cumulative funding", "valuation"),
    _fact("equity_funded", "获得股权投资", "equity funded"),
    _fact("standards_led", "主导制定的标准", "standards led", "presence"),
    _fact("information_system", "核心业务采用信息系统支撑", "a core business runs on an information system"),
    _fact("product_certificate", "发达国家或地区产品认证", "product certificate of a developed country or region"),
    _fact("fills_key_gap", "属于关键领域补短板并填补空白", "fills a gap in a key field"),
    _fact("maker_china_top50", "近三年创客中国全国五十强（企业组）", "Maker China national top 50 in 3 years"),
    _fact("restricted_product", "产品或服务属于禁止、限制或淘汰类", "product is forbidden, restricted or phased out"),
    _fact(
        "group_conflict",
        "与已认定小巨人存在控股关系或同集团同类产品",
        "held with, or same group and product as, a little giant",
    ),
    _fact("truthful_application", "自主如实申报", "applied itself and truthfully"),
    _fact("transformed_results_3y", "近三年科技成果转化数", "results transformed in 3 years", "count", counter=RESULTS),
    _fact("self_developed_ip", "有自主研发的知识产权", "has self-developed IP"),
    _fact("standards_participated", "参与编制国家或行业标准", "took part in national or industry standards"),
    _fact("tech_advancement_score", "技术的先进程度评分", "points for how advanced the technology is", "score", most=8),
    _fact("core_support_score", "核心支持作用评分", "points for core support", "score", most=8),
    _fact("ip_count_score", "知识产权数量评分", "points for the number of IP rights", "score", most=8),
    _fact("ip_acquisition_score", "知识产权获得方式评分", "points for how IP was obtained", "score", most=6),
    _fact("standards_score", "参与标准编制加分", "bonus points for standards", "score", most=2),
    _fact("transformation_score", "科技成果转化能力评分", "points for transformation of results", "score", most=30),
    _fact("rd_system_score", "研发管理制度评分", "points for R&D management rules", "score", most=6),
    _fact("rd_body_score", "研发机构与产学研评分", "points for the R&D body and cooperation", "score", most=6),
    _fact("transformation_reward_score", "成果转化激励评分", "points for rewarding transformation", "score", most=4),
    _fact("talent_score", "人才培养引进评分", "points for training and recruiting", "score", most=4),
    # STS, INN, SRDI22 and SRDI26. An award counts towards every wider one: rules ask for both.
    _fact("award_any_3y", "近三年国家级或省级科技奖励（名次不限）", "national or provincial science award in 3 years"),
    _fact(
        "award_national_first5_3y",
        "近三年国家级科技奖励（前五完成单位）",
        "national science award in 3 years, first 5 units",
    ),
    _fact(
        "award_national_5y", "近五年国家级科技奖励（前三完成单位）", "national science award in 5 years, first 3 units"
    ),
    _fact(
        "innovation_ip_honour",
        "国家级技术创新示范企业、知识产权优势企业或示范企业称号",
        "national innovation demonstration or IP advantage or demonstration honour",
    ),
    _fact("equity_given_up", "新增股权融资出让的股份比例", "share given up for new equity funding", "ratio", most=1),
    _fact("strategic_emerging", "主导产品属于战略性新兴产业", "main product in a strategic emerging industry"),
    _fact("maker_china_top500", "近三年创客中国全国五百强（企业组）", "Maker China national top 500 in 3 years"),
    _fact("time_honoured_brand", "主导产品属于中华老字号名录", "main product on the list of time-honoured brands"),
    _fact("serves_chain_leader", "为重点产业链龙头企业直接配套", "direct supplier of a leading firm of a key chain"),
    _fact("quality_award_provincial", "省级及以上质量奖", "quality award of province level or above"),
    _fact("regional_feature_score", "地方特色指标得分", "points for regional features", "score", most=15),
    _fact(
        "market_position_leading",
        "主导产品市场占有率较为靠前并有一定知名度",
        "main product well placed in its market, with some renown",
    ),
    _fact(
        "dishonest_or_withdrawn_3y",
        "近三年严重失信或被撤销登记编号",
        "serious dishonesty or a withdrawn number in 3 years",
    ),
    _fact("first_evaluation", "首次参加评价", "takes part for the first time"),
    # For the champions, the unicorn family, leaders and AI firms.
    _fact("legal_person", "独立法人", "independent legal person"),
    _fact("sound_accounts", "财务会计核算健全", "sound accounts"),
    _fact("new_product", "主导产品属于新产品", "main product counts as a new product"),
    _fact("niche_products", "从事的细分产品数量", "niche products", "count", counter=Text("种", "products")),
    _fact("niche_products_related", "两种细分产品相关联", "the two niche products are related"),
    _fact("invention_patents", "有效发明专利", "valid invention patents", "count", counter=ITEMS),
    _fact("rd_industry_leading", "研发投入强度居行业领先", "R&D intensity leads the industry"),
    _fact("profit_above_industry", "利润率高于同期同行业平均", "profit rate above the industry of the same period"),
    _fact("emerging_field", "属于战略性新兴产业或未来产业", "in a strategic emerging or future industry"),
    _fact("in_high_tech_zone", "在国家高新区内", "in a national high-tech zone"),
    _fact("revenue_record", "可得收入数据的年数", "years of revenue on record", "code", choices=RECORDS),
    _fact("large_fall_3y", "近三年营业收入大幅下降", "large fall of revenue in 3 years"),
    _fact(
        "early_round_funding",
        "A轮及以前累计融资（备案投资机构）",
        "funding up to and including round A from investors on record",
        "valuation",
    ),
    _fact("chain_cluster", "所属产业集群类别", "kind of cluster", "code", choices=CLUSTERS),
    _fact("chains_applied", "申报的产业链数量", "chains applied for", "count", counter=Text("条", "chains")),
    _fact("chain_partners", "产业链上下游合作企业", "partner firms in the chain", "count", counter=Text("家", "firms")),
    _fact("ai_business", "以人工智能为主营业务", "AI as main business"),
    _fact("ai_subfield", "人工智能细分领域", "sub-field of AI", "code", choices=AI_FIELDS),
    _fact("provincial_platform", "省级以上创新平台", "innovation platform of provincial level or above"),
    _fact("algorithm_filing", "生成式人工智能、算法或深度合成备案", "generative-AI, algorithm or synthesis filing"),
    _fact("ai_ip", "人工智能相关专利或软件著作权", "AI patents or software copyrights", "presence"),
    _fact("buys_computing", "为训练购买算力", "buys computing power for training"),
)

FIELDS = (
    _field("founded_on", "注册成立日期", "date of registration", "date"),
    _field("listed_market", "上市地", "stock market", "text"),
    # Derived from listed_market, region_code and industry_code; see population.
    _field("listed", "已上市（新三板不计）", "listed (the New Third Board does not count)", "bool"),
    _field("region", "登记地", "place of registration", "count"),
    _field("mainland", "在中国大陆境内注册", "registered in mainland China", "bool"),
    _field("industry_division", "国民经济行业大类", "industry division (GB/T 4754)", "count"),
)

DERIVED_FROM = {
    "mainland": "region_code",
    "region": "region_code",
    "industry_division": "industry_code",
    "listed": "listed_market",
}
DERIVED_LABELS = {
    "listed": Text("是否上市", "stock market (or none)"),
    "region": Text("登记地区代码", "region code"),
    "mainland": Text("登记地区代码", "region code"),
    "industry_division": Text("国民经济行业代码", "industry code"),
}


def in_currency(name: str, currency: str) -> str:
    """The column of a valuation in one currency: post_money_valuation@USD."""
    return f"{name}@{currency}"


def stated_name(column: str) -> str:
    """The fact a column of a population comes from."""
    return column.partition("@")[0]


@cache
def annual_names() -> dict[str, FigureDef]:
    """Yearly figures by name."""
    return {figure.name: figure for figure in ANNUAL}


@cache
def fact_names() -> dict[str, FigureDef]:
    """Facts and enterprise fields a rule may read, by name."""
    return {figure.name: figure for figure in (*FACTS, *FIELDS)}


@cache
def file_fact_names() -> dict[str, FigureDef]:
    """Facts a figures file may carry under ``facts``, by name."""
    return {figure.name: figure for figure in FACTS}
