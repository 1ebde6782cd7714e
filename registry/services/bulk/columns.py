"""The columns of the bulk files: fixed, because people build on them. New ones go to the end."""

from registry.errors import Text
from registry.schemas.bulk import BulkColumn, ColumnType


def _column(name: str, type: ColumnType, zh: str, en: str) -> BulkColumn:
    return BulkColumn(name=name, type=type, meaning=Text(zh, en))


ENTERPRISES = (
    _column("key", "string", "企业标识，网址 /e/ 之后", "key of the enterprise, behind /e/"),
    _column("uscc", "string", "统一社会信用代码；临时档案为空", "unified social credit code; empty while provisional"),
    _column("name", "string", "现用名", "present name"),
    _column("name_en", "string", "英文名", "English name"),
    _column("former_names", "list", "曾用名", "former names"),
    _column("region_code", "string", "所在地行政区划代码", "code of the division it is in"),
    _column("city_code", "string", "所在城市代码", "code of its city"),
    _column("industry_code", "string", "国民经济行业代码", "code of its industry (GB/T 4754)"),
    _column("founded_on", "date", "成立日期", "founded on"),
    _column("operating_status", "string", "登记状态代码，见 codes/operating_states", "see codes/operating_states"),
    _column("registered_capital_cny", "integer", "注册资本，元", "registered capital in yuan"),
    _column("stock_code", "string", "股票代码", "stock code"),
    _column("listed_market", "string", "上市地点", "market it is listed at"),
    _column("website", "string", "网站", "web site"),
    _column("address", "string", "住所", "address"),
    _column("main_business", "string", "主营业务", "main business"),
    _column("chains", "list", "产业链代码，见 codes/chains", "codes of its chains, see codes/chains"),
)
_TITLE = (
    _column("id", "string", "认定记录编号，与变更流一致", "number of the title, as in the change feed"),
    _column("directory", "string", "名录代码，见 codes/directories", "code of the directory, see codes/directories"),
    _column("key", "string", "企业标识", "key of the enterprise"),
    _column("uscc", "string", "统一社会信用代码", "unified social credit code"),
    _column("name_as_announced", "string", "公告所印名称", "name as printed"),
    _column("city_code", "string", "企业所在城市代码", "code of the enterprise's city"),
    _column("batch_id", "integer", "公告编号", "number of the announcement"),
    _column("batch_label", "string", "批次", "batch as the authority calls it"),
    _column("batch_year", "integer", "年份", "year of the batch"),
    _column("document_no", "string", "文号", "document number"),
    _column("announced_on", "date", "公告日期", "announced on"),
    _column("valid_from", "date", "有效期起，含当日", "first day"),
    _column("valid_to", "date", "有效期止，含当日；空为没有终止日", "last day, inclusive; empty for no end"),
    _column("withdrawn_on", "date", "撤销日期", "withdrawn on"),
    _column("status", "string", "文件日期当天的状态，见 codes/title_states", "state on the day of the file"),
    _column("certificate_no", "string", "证书编号", "certificate number"),
    _column("archived_row", "string", "存档原文中的那一行，本站地址", "page of the row in the archived document"),
)
LISTINGS = (
    *_TITLE,
    _column("rank", "integer", "名次", "rank"),
    _column("group_label", "string", "分组", "heading the row stood under"),
)
PRODUCTS = (
    *_TITLE,
    _column("product_id", "integer", "产品编号", "number of the product version"),
    _column("product_name", "string", "产品名称", "product"),
    _column("version", "string", "版本", "version"),
    _column("category", "string", "类别", "category as this list calls it"),
    _column("grade", "integer", "等级，1 为Ⅰ级，数越大越高", "grade, 1 is Ⅰ, higher is stronger"),
    _column("maker_name", "string", "公告所印生产单位", "maker as printed"),
)
DIRECTORIES = (
    _column("code", "string", "名录代码", "code"),
    _column("name_zh", "string", "名称", "name in Chinese"),
    _column("name_en", "string", "英文名称", "name in English"),
    _column("kind", "string", "enterprise 企业或 product 产品", "enterprise or product"),
    _column("level", "string", "级别代码，见 codes/levels", "see codes/levels"),
    _column("authority_zh", "string", "发布机关", "authority, Chinese"),
    _column("authority_en", "string", "发布机关（英文）", "authority, English"),
    _column("legal_basis_zh", "string", "依据", "legal basis, Chinese"),
    _column("legal_basis_en", "string", "依据（英文）", "legal basis, English"),
    _column("validity_months", "integer", "有效期，月", "months a title lasts"),
    _column("retired_on", "date", "停办日期", "retired on"),
)
EVENTS = (
    _column("seq", "integer", "连续编号", "number, without gaps"),
    _column("at", "datetime", "登记时刻，UTC", "recorded at, UTC"),
    _column("type", "string", "事件，见 codes/event_types", "kind, see codes/event_types"),
    _column("on", "date", "生效日", "takes effect on"),
    _column("directory", "string", "名录代码", "code of the directory"),
    _column("enterprise", "object", "企业", "enterprise"),
    _column("title", "object", "认定记录，事件之后的样子", "title as it stands after the event"),
    _column("announcement", "object", "更正公告", "corrected announcement"),
    _column("into", "object", "并入的企业", "enterprise it was merged into"),
    _column("before", "object", "之前", "what was before"),
)
