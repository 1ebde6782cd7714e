"""Hints beside fields and words for reasons: what is said again and again to a firm."""

from registry.errors import Text

EMPTY = Text("", "")
HINTS: dict[str, Text] = {
    "revenue": Text("审计报告“利润表”第一行", "First line of the income statement in the audit report"),
    "main_business_revenue": Text("营业收入中主营业务的部分", "The part of revenue from the main business"),
    "rd_expense": Text("按税务口径归集的年度研发费用", "R&D expense of the year as counted for tax"),
    "net_profit": Text("亏损请填负数", "Write a loss as a negative number"),
    "total_assets": Text("资产负债表期末数", "End of the year, balance sheet"),
    "total_liabilities": Text("资产负债表期末数", "End of the year, balance sheet"),
    "tax_paid": Text("全年实际缴纳的税金", "Taxes paid in the year"),
    "employees": Text("年末从业人员，以社保缴纳为准", "At the end of the year, as in social insurance"),
    "rd_staff": Text("不多于职工总数", "Not more than the employees"),
    "product_revenue": Text("主导产品的销售收入", "Sales of the main product"),
    "industry_code": Text("GB/T 4754—2017 的代码，如 3973", "A code of GB/T 4754-2017, such as 3973"),
    "region_code": Text("6 位行政区划代码，如 440305", "The 6-digit code of the place, such as 440305"),
    "market_share": Text("主导产品，百分数", "Of the main product, in percent"),
    "stock_code": Text("未上市留空", "Empty if not listed"),
    "founded_on": Text("与营业执照一致", "As on the business licence"),
    "public": Text("不勾选则联系方式永不公开", "Unless ticked, the contact is never public"),
}
KIND_HINTS: dict[str, Text] = {
    "valuation": Text(
        "万元；其他币种在数字后写代码，如 3,000 USD", "In 10,000; write another currency behind: 3,000 USD"
    ),
    "presence": Text("填数量；没有填 0", "A number; 0 for none"),
}
PART_NOTES: dict[str, Text] = {
    "profile": Text("已从登记库带出，请逐项核对。", "Filled from the registry: check each field."),
    "contacts": Text(
        "供审核人员联系，不公开，除非勾选同意公开。", "For the officials who review it; public only where ticked."
    ),
    "figures": Text("金额单位为万元，按年度审计报告填写。", "Amounts in 10,000 yuan, as in the audit report."),
    "ip": Text("填到申报当日的情况。没有填 0，不清楚留空。", "As of today. 0 for none, empty if unknown."),
    "products": Text("每行一个产品或一个版本。", "One product or version a row."),
}
REASONS: dict[str, Text] = {
    "mismatch": Text("与佐证不一致", "Does not fit the evidence"),
    "no_evidence": Text("缺少佐证", "No evidence"),
    "unreadable": Text("佐证看不清", "Evidence cannot be read"),
    "unit": Text("单位可能有误", "The unit looks wrong"),
    "implausible": Text("数值不合理", "Not plausible"),
    "incomplete": Text("填写不完整", "Not complete"),
    "other": Text("其他", "Other"),
}


def hint_of(path: str, kind: str) -> Text:
    """What helps to fill a field in; empty where its name says it all."""
    return HINTS.get(path.rpartition(".")[2], KIND_HINTS.get(kind, EMPTY))


def part_note(name: str) -> Text:
    """The line under a page's heading."""
    return PART_NOTES.get(name.partition("-")[0], EMPTY)
