"""What people read of an import: the words for column roles, for how a row found its firm, for what keeps a firm."""

from registry.errors import Text

ROLES = {
    "name": Text("企业名称", "Enterprise name"),
    "uscc": Text("统一社会信用代码", "Credit code"),
    "registration_no": Text("注册号", "Registration number"),
    "name_en": Text("英文名", "English name"),
    "short_name": Text("简称", "Short name"),
    "former_name": Text("曾用名", "Former name"),
    "serial": Text("序号", "Serial number"),
    "rank": Text("排名", "Rank"),
    "group": Text("分组", "Group"),
    "country": Text("国家", "Country"),
    "province": Text("省份", "Province"),
    "city": Text("城市", "City"),
    "county": Text("区县", "District"),
    "region": Text("所在地", "Place"),
    "city_code": Text("城市代码", "City code"),
    "county_code": Text("区县代码", "District code"),
    "founded_on": Text("成立日期", "Date of foundation"),
    "capital": Text("注册资本", "Registered capital"),
    "status": Text("登记状态", "Registration status"),
    "address": Text("地址", "Address"),
    "industry_code": Text("行业代码", "Industry code"),
    "industry": Text("行业", "Industry"),
    "market": Text("上市地", "Listed on"),
    "website": Text("网址", "Website"),
    "main_business": Text("主营业务", "Main business"),
    "issued_on": Text("发证日期", "Date of issue"),
    "valuation": Text("估值", "Valuation"),
    "certificate_no": Text("证书编号", "Certificate number"),
    "valid_from": Text("有效期起", "Valid from"),
    "valid_to": Text("有效期止", "Valid to"),
    "stock_code": Text("股票代码", "Stock code"),
    "product": Text("产品名称", "Product"),
    "model": Text("型号", "Model"),
    "version": Text("版本", "Version"),
    "maker": Text("生产（送测）单位", "Maker"),
    "category": Text("产品类别", "Product category"),
    "grade": Text("等级", "Grade"),
    "new_name": Text("变更后名称", "New name"),
    "moved_from": Text("迁出地", "Moved from"),
    "moved_to": Text("迁入地", "Moved to"),
    "merged_name": Text("被合并企业", "Merged enterprise"),
    "surviving_name": Text("合并后企业", "Enterprise after the merger"),
    "notice_reason": Text("原因", "Reason"),
}
"""What a column was understood as; a role without a word here is shown by its code."""

LEFT_OUT = {
    "group": Text("分组行", "group row"),
    "continuation": Text("接上行", "continued from above"),
    "note": Text("说明", "note"),
    "repeated_header": Text("重复的表头", "header again"),
    "type_row": Text("类型行", "data types"),
    "total": Text("合计", "total"),
    "signature": Text("落款", "signature"),
    "title": Text("标题", "title"),
    "no_name": Text("没有企业名称", "no enterprise named"),
}
"""What a row that is no record was taken for."""

MATCHED_BY = {
    "code": Text("按统一社会信用代码对应", "matched by credit code"),
    "registration_no": Text("按注册号对应", "matched by registration number"),
    "name": Text("按名称对应", "matched by name"),
    "former_name": Text("按曾用名对应", "matched by a former name"),
    "folded_name": Text("按名称对应（括号、全半角不计）", "matched by name, brackets and width aside"),
    "other_name": Text("按其他名称对应", "matched by another name"),
    "scored": Text("按名称相近程度对应（唯一且有把握）", "matched by a near name, unique and certain"),
    "remembered": Text("按以前的人工决定对应", "matched as decided by a person before"),
    "decided": Text("由人工选定", "chosen by a person"),
    "decided_new": Text("由人工确认为新企业", "confirmed by a person to be a firm of its own"),
    "file": Text("与本文件前面一行相同", "same as an earlier row of this file"),
    "file_maker": Text("生产单位与本文件前面一行相同", "same maker as in an earlier row of this file"),
}
"""How a row found its enterprise."""

WHY = {
    "current_name": Text("现用名相同", "same current name"),
    "former_name": Text("曾用名相同", "same former name"),
    "other_name": Text("其他名称相同", "same other name"),
    "folded_name": Text("名称相同（括号、全半角不计）", "same name, brackets and width aside"),
    "nearest_code": Text("相差一位的有效代码", "a valid code at one edit"),
    "near_name": Text("名称相近", "near name"),
    "near_former_name": Text("与曾用名相近", "near a former name"),
}
"""Why a candidate is offered."""

AGREES = {
    "name": Text("名称相同", "same name"),
    "brand": Text("字号相同", "same brand"),
    "trade": Text("行业用语相同", "same trade words"),
    "place": Text("地名相同", "same place name"),
    "form": Text("组织形式相同", "same legal form"),
    "city": Text("城市相同", "same city"),
}
"""What of a candidate agrees with the row."""

IDENTIFIED_BY = {
    "uscc": Text("统一社会信用代码", "credit code"),
    "registration_no": Text("旧注册号", "old registration number"),
    "name": Text("没有可用的代码", "no usable code"),
}
"""What a row says which firm it means by."""

USED_BY = {
    "listing": Text("认定记录", "a title"),
    "enterprise_name": Text("别处登记的名称", "a name recorded elsewhere"),
    "enterprise": Text("并入它的企业", "an enterprise merged into it"),
    "figure": Text("年度指标", "yearly figures"),
    "fact": Text("已登记的情况", "recorded facts"),
    "product": Text("产品", "a product"),
    "import_row": Text("另一次导入", "another import"),
    "cultivation_case": Text("培育库记录", "a place in the cultivation pool"),
    "group_link": Text("集团关系", "a group relation"),
    "submission": Text("申报", "a submission"),
    "edited": Text("别的修改", "other changes"),
}
"""What keeps an enterprise when the import that made it is undone, by the table that refers to it or ``edited``."""


def word(words: dict[str, Text], code: str) -> Text:
    """The word for a code; a code without one stands for itself."""
    return words.get(code, Text(code, code))
