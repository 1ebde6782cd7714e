"""Closed word lists of what officials decide: why a field goes back, why two enterprises may be one."""

from registry.vocabulary import LabelledEnum


class ReturnReason(LabelledEnum):
    """Why an official returned a field (退回原因)."""

    MISMATCH = "mismatch", "与佐证材料不一致", "Differs from the evidence"
    NO_EVIDENCE = "no_evidence", "缺佐证材料", "Evidence missing"
    UNCLEAR = "unclear", "佐证材料不清晰或已过期", "Evidence unclear or out of date"
    UNIT = "unit", "单位疑有误", "The unit looks wrong"
    EXPLAIN = "explain", "变化较大，须说明", "A large change that needs explaining"
    INCOMPLETE = "incomplete", "内容不完整", "Incomplete"
    WRONG = "wrong", "与登记信息不符", "Differs from the register"
    OTHER = "other", "其他", "Other"


class MergeBasis(LabelledEnum):
    """Why two enterprises may be one."""

    SAME_NAME = "same_name", "名称相同", "The same name"
    FORMER_NAME = "former_name", "与曾用名相同", "The same as a former name"
    OFFICIAL = "official", "工作人员提出", "Proposed by an official"


class MergeState(LabelledEnum):
    """State of a possible duplicate (疑似同一企业)."""

    OPEN = "open", "待判断", "Open"
    MERGED = "merged", "已合并", "Merged"
    DISMISSED = "dismissed", "不是同一企业", "Not the same"
