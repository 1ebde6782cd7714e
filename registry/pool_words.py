"""The closed word lists of the cultivation pool (培育库): events, exits, proposals, groups, re-examinations."""

from registry.vocabulary import LabelledEnum


class CaseEventKind(LabelledEnum):
    """What happened to a cultivation case."""

    ENTRY = "entry", "入库", "Taken in"
    MOVE = "move", "变更阶段", "Stage changed"
    CONTACT = "contact", "联系", "Contact"
    VISIT = "visit", "走访", "Visit"
    DIAGNOSIS = "diagnosis", "诊断", "Diagnosis"
    SUPPORT = "support", "帮扶", "Support"
    NOTE = "note", "备注", "Note"
    PLAN = "plan", "安排", "Next act planned"
    OWNER = "owner", "责任人", "Owner"
    PRODUCT = "product", "申报产品", "Product"
    CHASE = "chase", "催办", "Reminder"
    PROPOSAL = "proposal", "系统建议", "Proposal"
    DECISION = "decision", "处理建议", "Proposal decided"


class CaseExit(LabelledEnum):
    """Why a case left the pool without the title (退库)."""

    INELIGIBLE = "ineligible", "不再符合基本条件", "No longer eligible"
    CANCELLED = "cancelled", "企业注销或吊销", "Cancelled or licence revoked"
    MOVED_OUT = "moved_out", "企业迁出", "Moved out"
    DECLINED = "declined", "企业不再申报", "The firm does not go on"
    DUPLICATE = "duplicate", "重复入库", "In the pool twice"
    OTHER = "other", "其他", "Other"


class ProposalGround(LabelledEnum):
    """Why the nightly re-assessment proposes a move of a case."""

    TITLE_WON = "title_won", "已取得目标称号", "The title was won"
    READY = "ready", "各条件已符合", "Every criterion is met"
    INELIGIBLE = "ineligible", "不再符合基本条件", "No longer eligible"
    CANCELLED = "cancelled", "企业注销或吊销", "Cancelled or licence revoked"
    MOVED_OUT = "moved_out", "企业迁出", "Moved out"
    DUPLICATE = "duplicate", "重复入库", "In the pool twice"


class ProposalState(LabelledEnum):
    """State of a proposal; an official accepts or dismisses, and one whose ground is gone lapses."""

    OPEN = "open", "待处理", "Open"
    ACCEPTED = "accepted", "已采纳", "Accepted"
    DISMISSED = "dismissed", "未采纳", "Dismissed"
    LAPSED = "lapsed", "已失效", "Lapsed"


class CaseSort(LabelledEnum):
    """In which order cases are listed."""

    QUIET = "quiet", "停滞最久在前", "Longest without work first"
    NEXT = "next", "下一步日期", "Next act first"
    OPENED = "opened", "入库时间", "Oldest first"
    NAME = "name", "企业名称", "By name"


class GroupKind(LabelledEnum):
    """How two enterprises of a group are related (集团关系)."""

    CONTROLS = "controls", "控股", "Controls"
    SAME_CONTROLLER = "same_controller", "同一控制人", "Same controller"
    MINORITY = "minority", "参股（不控制）", "Minority holding"


class GroupVerdict(LabelledEnum):
    """What the group check before a recommendation comes to."""

    CLEAR = "clear", "未发现冲突", "No conflict found"
    POSSIBLE = "possible", "可能冲突，须判断", "Possible conflict, for a person"
    CONFLICT = "conflict", "冲突", "Conflict"


class ReviewResult(LabelledEnum):
    """How a re-examination (复审) of a title came out."""

    EXCELLENT = "excellent", "优秀", "Outstanding"
    PASSED = "passed", "通过", "Passed"
    FAILED = "failed", "未通过", "Failed"
    BREACH = "breach", "违法或失信", "Breach or dishonesty"


class ReexaminationState(LabelledEnum):
    """State of a re-examination: proposed by a reviewer, decided by a curator, carried out once a document backs it."""

    PROPOSED = "proposed", "待决定", "To be decided"
    DECIDED = "decided", "已决定，待文件", "Decided, awaiting its document"
    APPLIED = "applied", "已落实", "Carried out"
    REJECTED = "rejected", "未同意", "Not agreed"
