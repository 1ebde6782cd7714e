"""The closed list of what the change feed says (变更流): one word for each kind of event."""

from registry.vocabulary import LabelledEnum


class EventType(LabelledEnum):
    """What happened to a title, to the enterprise that holds it, or to an announcement."""

    GRANTED = "granted", "认定", "Granted"
    AMENDED = "amended", "有效期更正", "Days corrected"
    DUE = "due", "即将到期", "Due"
    EXPIRED = "expired", "到期", "Expired"
    WITHDRAWN = "withdrawn", "撤销", "Withdrawn"
    REINSTATED = "reinstated", "撤销被收回", "Withdrawal taken back"
    TRANSFERRED = "transferred", "归入另一企业", "Now of another enterprise"
    TAKEN_BACK = "taken_back", "收回", "Taken back"
    CORRECTED = "corrected", "公告更正", "Announcement corrected"
    CREATED = "created", "收录", "Recorded"
    RENAMED = "renamed", "更名", "Renamed"
    MOVED = "moved", "迁移", "Moved"
    RECODED = "recoded", "登记代码", "Code assigned"
    MERGED = "merged", "并入", "Merged"
    SEPARATED = "separated", "并入被收回", "Merge taken back"
    REMOVED = "removed", "移除", "Removed"


TITLE_EVENTS = frozenset(
    {
        EventType.GRANTED,
        EventType.AMENDED,
        EventType.DUE,
        EventType.EXPIRED,
        EventType.WITHDRAWN,
        EventType.REINSTATED,
        EventType.TRANSFERRED,
        EventType.TAKEN_BACK,
    }
)
"""Events about one title: each carries the whole title as it stands after it."""


class TitleStage(LabelledEnum):
    """How far time has gone with a title, as the feed has told it."""

    RUNNING = "running", "有效", "Running"
    DUE = "due", "即将到期", "Due"
    OVER = "over", "已到期", "Over"
