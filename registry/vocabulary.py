"""The closed word lists of the registry (states, trust classes, roles); each member carries its labels."""

from enum import StrEnum
from typing import Self, cast

from registry.errors import Text


class LabelledEnum(StrEnum):
    """A string enum whose members know what people call them."""

    label: Text

    def __new__(cls, value: str, zh: str, en: str) -> "LabelledEnum":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = Text(zh, en)
        return member

    @classmethod
    def of(cls, value: str) -> Self:
        """The member of this value. Raises KeyError; for values that come from our own tables and forms."""
        return cast(Self, cls._value2member_map_[value])


class Level(LabelledEnum):
    """Which authority stands behind a directory (级别)."""

    NATIONAL = "national", "国家级", "National"
    PROVINCIAL = "provincial", "省级", "Provincial"
    MUNICIPAL = "municipal", "市级", "Municipal"
    COUNTY = "county", "县级", "County"
    PUBLISHER = "publisher", "机构发布", "Publisher’s list"


class DirectoryKind(LabelledEnum):
    """What a directory lists."""

    ENTERPRISE = "enterprise", "企业", "Enterprises"
    PRODUCT = "product", "产品", "Products"


class IdentityState(LabelledEnum):
    """How far an enterprise is identified."""

    IDENTIFIED = "identified", "已登记代码", "Identified by code"
    PROVISIONAL = "provisional", "临时档案", "Provisional"
    MERGED = "merged", "已并入", "Merged"


class OperatingStatus(LabelledEnum):
    """Registration status (登记状态)."""

    ACTIVE = "active", "存续", "Active"
    REVOKED = "revoked", "吊销", "Licence revoked"
    CANCELLED = "cancelled", "注销", "Cancelled"
    MOVED_OUT = "moved_out", "迁出", "Moved out"
    UNKNOWN = "unknown", "未登记", "Not recorded"


class NameKind(LabelledEnum):
    """Which name of an enterprise."""

    CURRENT = "current", "现用名", "Current name"
    FORMER = "former", "曾用名", "Former name"
    SHORT = "short", "简称", "Short name"
    ENGLISH = "english", "英文名", "English name"
    ALIAS = "alias", "别称", "Alias"


class BatchState(LabelledEnum):
    """How final an announcement is. Only FINAL counts for titles."""

    DRAFT = "draft", "草案", "Draft"
    PUBLIC_NOTICE = "public_notice", "公示中", "Public notice"
    FINAL = "final", "已公告", "Announced"
    SUPERSEDED = "superseded", "已更正", "Superseded"
    WITHDRAWN = "withdrawn", "已撤下", "Taken down"


class BatchAct(LabelledEnum):
    """What can be done to a batch."""

    START = "start", "登记", "Register"
    NOTICE = "notice", "公示", "Open public notice"
    FINAL = "final", "定为正式", "Make final"
    WITHDRAW = "withdraw", "撤下", "Take down"
    FREEZE = "freeze", "冻结", "Freeze"
    CORRECT = "correct", "更正", "Correct"
    SUPERSEDE = "supersede", "由更正版取代", "Supersede"


class ObjectionState(LabelledEnum):
    """State of an objection (异议) to a public notice."""

    OPEN = "open", "待处理", "Open"
    UPHELD = "upheld", "成立", "Upheld"
    DISMISSED = "dismissed", "不成立", "Dismissed"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"


class RowChange(LabelledEnum):
    """How a row of one list stands to another list."""

    ADDED = "added", "新增", "Added"
    ABSENT = "absent", "不在其中", "Absent"
    RENAMED = "renamed", "名称不同", "Other name"
    MOVED = "moved", "城市不同", "Other city"
    CHANGED = "changed", "内容不同", "Changed"
    SAME = "same", "相同", "Same"


class TitleStatus(LabelledEnum):
    """State of a title on one day, computed from its dates, its batch and a withdrawal; never stored as truth."""

    VALID = "valid", "有效", "Valid"
    DUE = "due", "即将到期", "Due soon"
    PUBLIC_NOTICE = "public_notice", "公示中", "Public notice"
    FUTURE = "future", "尚未生效", "Not yet in force"
    EXPIRED = "expired", "已过期", "Expired"
    WITHDRAWN = "withdrawn", "已撤销", "Withdrawn"


class Trust(LabelledEnum):
    """Where a figure comes from (可信度), strongest first."""

    OFFICIAL = "official", "官方", "Official"
    AUDITED = "audited", "经审计", "Audited"
    DECLARED = "declared", "企业申报", "Declared"
    COMPUTED = "computed", "系统计算", "Computed"


class ImportState(LabelledEnum):
    """An import as a thing; which moves there are is said once, in services/imports/states.py."""

    READ = "read", "待设定", "Read"
    MAPPED = "mapped", "处理中", "In work"
    MATCHED = "matched", "待签署", "To be signed"
    REVIEWED = "reviewed", "待写入", "Signed off"
    WRITTEN = "written", "已写入", "Written"
    UNDONE = "undone", "已撤回", "Undone"
    ABANDONED = "abandoned", "已放弃", "Given up"
    FAILED = "failed", "未能处理", "Failed"
    CANCELLED = "cancelled", "已取消", "Cancelled"


class ImportKind(LabelledEnum):
    """What a file brings: a list, or a notice about who firms are or what they hold."""

    LIST = "list", "名单", "List"
    RENAME = "rename", "更名通知", "Notice of renaming"
    MOVE = "move", "迁移通知", "Notice of relocation"
    CANCEL = "cancel", "注销吊销通知", "Notice of cancellation"
    MERGE = "merge", "合并通知", "Notice of merger"
    WITHDRAW = "withdraw", "取消资格通知", "Notice of withdrawal"


class RowOutcome(LabelledEnum):
    """What one row of a file will do, or did."""

    NEW = "new", "新增", "New"
    MATCHED = "matched", "已匹配", "Matched"
    UNCHANGED = "unchanged", "无变化", "Unchanged"
    AMBIGUOUS = "ambiguous", "待定", "Ambiguous"
    REJECTED = "rejected", "拒绝", "Rejected"


class RowKind(LabelledEnum):
    """How a row of a staged list stands to another list."""

    NEW = "new", "新列入", "New to the list"
    UNCHANGED = "unchanged", "仍在", "Still there"
    RENAMED = "renamed", "名称不同", "Other name"
    MOVED = "moved", "城市不同", "Other city"
    SUSPICIOUS = "suspicious", "可疑", "Suspicious"
    ABSENT = "absent", "本次没有", "Absent"


class DecisionVerdict(LabelledEnum):
    """What a person decided about a doubtful row of a list."""

    SAME = "same", "就是这家", "This one"
    NEW = "new", "另一家企业", "A firm of its own"
    OTHER = "other", "不是这家", "Not this one"


class Procedure(LabelledEnum):
    """Under which procedure a standard is applied."""

    NEW = "new", "新申报", "New application"
    REVIEW = "review", "复核", "Review"


class Verdict(LabelledEnum):
    """Outcome of one standard for one enterprise."""

    ELIGIBLE = "eligible", "够条件", "Eligible"
    INELIGIBLE = "ineligible", "不够条件", "Not eligible"
    UNDECIDED = "undecided", "尚不能判断", "Undecided"


class Flag(LabelledEnum):
    """Why an official should look at an enterprise for one standard."""

    CANDIDATE = "candidate", "够条件", "Candidate"
    NEAR = "near", "差一点", "Near"
    AT_RISK = "at_risk", "有风险", "At risk"
    NEEDS_DATA = "needs_data", "缺数据", "Needs data"


class CandidateSort(LabelledEnum):
    """In which order flagged enterprises are listed."""

    GAPS = "gaps", "缺项从少到多", "Fewest gaps first"
    SCORE = "score", "得分从高到低", "Highest score first"
    REVENUE = "revenue", "营业收入从高到低", "Largest revenue first"
    NAME = "name", "企业名称", "By name"


class RenewalWindow(LabelledEnum):
    """When a title ends, seen from a day; a longer window holds the shorter ones."""

    DAYS_30 = "30", "30 天内到期", "Ends within 30 days"
    DAYS_90 = "90", "90 天内到期", "Ends within 90 days"
    DAYS_180 = "180", "180 天内到期", "Ends within 180 days"
    ENDED = "ended", "已过期未续", "Ended, not renewed"


class RenewalSort(LabelledEnum):
    """In which order titles that end are listed."""

    END = "end", "到期日从早到晚", "Earliest end first"
    GAPS = "gaps", "不符合项从多到少", "Most criteria failed first"
    NAME = "name", "企业名称", "By name"


class Role(LabelledEnum):
    """What an account may do; always together with a region and, for curators and reviewers, a directory."""

    ADMINISTRATOR = "administrator", "管理员", "Administrator"
    CURATOR = "curator", "名录管理员", "Curator"
    REVIEWER = "reviewer", "审核人员", "Reviewer"
    AUDITOR = "auditor", "审计人员", "Auditor"
    FIRM = "firm", "企业用户", "Firm"


class CaseStage(LabelledEnum):
    """Stage of a cultivation case (培育对象)."""

    ADMITTED = "admitted", "入库", "Admitted"
    DIAGNOSIS = "diagnosis", "诊断", "Diagnosis"
    IMPROVEMENT = "improvement", "提升", "Improvement"
    PRECHECK = "precheck", "预审", "Pre-check"
    APPLICATION = "application", "申报", "Application"
    RECOGNISED = "recognised", "认定", "Recognised"
    LEFT = "left", "退库", "Left the pool"


class FirmRole(LabelledEnum):
    """What a member of a firm may do for it: owners also send, sign and admit others."""

    OWNER = "owner", "负责人", "Owner"
    EDITOR = "editor", "填报人", "Editor"


class ClaimWay(LabelledEnum):
    """How somebody shows that an enterprise is theirs."""

    LICENCE = "licence", "上传营业执照", "Business licence"
    CODE = "code", "使用主管部门发放的认领码", "Code from an official"


class ClaimState(LabelledEnum):
    """State of a claim to an enterprise's page (认领)."""

    OPEN = "open", "待确认", "Waiting"
    CONFIRMED = "confirmed", "已确认", "Confirmed"
    REFUSED = "refused", "未通过", "Refused"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"


class AccessPurpose(LabelledEnum):
    """Why an official opened protected data of a firm."""

    REVIEW = "review", "审核申报", "Reviewing a submission"
    CULTIVATION = "cultivation", "培育服务", "Cultivation"
    VERIFICATION = "verification", "核实情况", "Checking facts"
    SUPERVISION = "supervision", "监督检查", "Supervision"


class SubmissionKind(LabelledEnum):
    """What a firm sends."""

    PROFILE = "profile", "资料更新", "Profile update"
    YEARLY = "yearly", "年度更新", "Yearly update"
    CHANGE = "change", "变更报告", "Change report"
    NOMINATION = "nomination", "申报", "Nomination"


class SubmissionState(LabelledEnum):
    """State of what a firm sends (申报)."""

    DRAFT = "draft", "草稿", "Draft"
    SUBMITTED = "submitted", "审核中", "In review"
    RETURNED = "returned", "已退回", "Returned"
    APPROVED = "approved", "已通过", "Approved"
    REFUSED = "refused", "未通过", "Refused"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"


class SubmissionAct(LabelledEnum):
    """What can be done to a submission."""

    SUBMIT = "submit", "提交", "Submit"
    RECALL = "recall", "收回修改", "Take back to change"
    WITHDRAW = "withdraw", "撤回", "Withdraw"
    RETURN = "return", "退回补正", "Return"
    FORWARD = "forward", "通过并上报", "Pass on"
    APPROVE = "approve", "通过", "Approve"
    REFUSE = "refuse", "不予通过", "Refuse"


class FieldDecision(LabelledEnum):
    """What an official decided about one field."""

    ACCEPTED = "accepted", "通过", "Accepted"
    RETURNED = "returned", "退回", "Returned"


class StepOutcome(LabelledEnum):
    """How a submission left a step of its review."""

    FORWARDED = "forwarded", "通过并上报", "Passed on"
    APPROVED = "approved", "通过", "Approved"
    RETURNED = "returned", "退回补正", "Returned"
    REFUSED = "refused", "不予通过", "Refused"
    RECALLED = "recalled", "企业收回", "Taken back by the firm"


class WorkKind(LabelledEnum):
    """What kind of matter waits for officials."""

    SUBMISSION = "submission", "申报", "Submission"
    CLAIM = "claim", "认领", "Claim"
    OBJECTION = "objection", "异议", "Objection"
    CORRECTION = "correction", "纠错", "Reported error"
    IMPORT = "import", "导入待定行", "Import with doubtful rows"
    MERGE = "merge", "疑似同一企业", "Possible duplicate"
    CASE = "case", "培育催办", "Stalled cultivation case"


class CorrectionState(LabelledEnum):
    """State of an error somebody reported (纠错)."""

    OPEN = "open", "待处理", "Open"
    DONE = "done", "已更正", "Corrected"
    DISMISSED = "dismissed", "不成立", "Dismissed"


class JobState(LabelledEnum):
    """State of long work outside the request."""

    QUEUED = "queued", "排队", "Queued"
    RUNNING = "running", "进行中", "Running"
    DONE = "done", "完成", "Done"
    FAILED = "failed", "失败", "Failed"
    CANCELLED = "cancelled", "已取消", "Cancelled"


class SearchWordKind(LabelledEnum):
    """What an official taught the search."""

    ALIAS = "alias", "企业别称", "Alias of an enterprise"
    READING = "reading", "读音", "Reading"
    VARIANT = "variant", "异体字", "Variant character"
    SYNONYM = "synonym", "同义词", "Synonym"
    DISMISSED = "dismissed", "不处理", "Set aside"


class DraftState(LabelledEnum):
    """State of a draft standard in the rule laboratory."""

    DRAFT = "draft", "草案", "Draft"
    PROPOSED = "proposed", "待复核", "Awaiting approval"
    PUBLISHED = "published", "已发布", "Published"
    WITHDRAWN = "withdrawn", "已放弃", "Given up"


class LinkPurpose(LabelledEnum):
    """What a link sent by mail is good for."""

    REGISTER = "register", "注册", "Register"
    INVITE = "invite", "启用账号", "Activate an account"
    RESET = "reset", "重设密码", "Set a new password"
