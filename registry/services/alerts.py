"""What a reader of an enterprise's page must be told first, in plain words."""

from collections.abc import Iterator, Sequence
from datetime import date

from registry.errors import Text
from registry.identity.faults import uscc_fault
from registry.identity.folding import fold_name
from registry.identity.uscc import is_uscc
from registry.models import Enterprise
from registry.schemas.enterprises import Alert, FiguresTable, KnownFact
from registry.schemas.titles import TitleBadge
from registry.titles import HELD
from registry.vocabulary import IdentityState, OperatingStatus, TitleStatus

_ORDER = (
    "cancelled",
    "revoked",
    "title_withdrawn",
    "title_due",
    "code_fault",
    "title_expired",
    "moved_out",
    "conflicting_figures",
    "name_differs",
    "merged",
    "no_code",
)
"""Most important first; inside one kind the order found."""


def alerts_of(
    enterprise: Enterprise,
    *,
    titles: Sequence[TitleBadge],
    former: Sequence[str],
    merged: Sequence[str],
    figures: FiguresTable,
    facts: Sequence[KnownFact],
    as_of: date,
) -> list[Alert]:
    """All alerts of one enterprise on one day, most important first.

    ``former`` are its other names, ``merged`` the names of enterprises merged into it.
    """
    found = [
        *_about_identity(enterprise, merged),
        *_about_titles(titles, as_of),
        *_about_names(enterprise, titles, former),
        *_about_figures(figures, facts),
    ]
    return sorted(found, key=lambda alert: _ORDER.index(alert.code))


def _about_identity(enterprise: Enterprise, merged: Sequence[str]) -> Iterator[Alert]:
    if enterprise.operating_status is OperatingStatus.CANCELLED:
        text = Text("企业已注销。认定记录只作历史查考。", "The enterprise is cancelled. Its titles are history only.")
        yield Alert(code="cancelled", severity="critical", text=text)
    if enterprise.operating_status is OperatingStatus.REVOKED:
        text = Text("企业营业执照已吊销。", "The business licence was revoked.")
        yield Alert(code="revoked", severity="critical", text=text)
    if enterprise.operating_status is OperatingStatus.MOVED_OUT:
        text = Text("企业已迁出本省登记。", "The enterprise has moved its registration out of the province.")
        yield Alert(code="moved_out", severity="warning", text=text)
    if enterprise.uscc is not None and not is_uscc(enterprise.uscc):
        fault = uscc_fault(enterprise.uscc)
        text = Text(f"统一社会信用代码校验不通过：{fault.zh}", f"The credit code fails its check: {fault.en}")
        yield Alert(code="code_fault", severity="warning", text=text)
    if enterprise.identity is IdentityState.PROVISIONAL:
        text = Text(
            "尚未登记统一社会信用代码，本页是临时档案；同名企业可能不是同一家。",
            "No credit code is recorded yet: this page is provisional, and a firm of the same name may be another one.",
        )
        yield Alert(code="no_code", severity="notice", text=text)
    for name in merged:
        yield Alert(
            code="merged",
            severity="notice",
            text=Text(f"“{name}”已并入本企业。", f"“{name}” was merged into this one."),
        )


def _about_titles(titles: Sequence[TitleBadge], as_of: date) -> Iterator[Alert]:
    by_directory: dict[str, list[TitleBadge]] = {}
    for title in titles:
        by_directory.setdefault(title.directory_code, []).append(title)
    for found in by_directory.values():
        yield from _about_directory(found, as_of)


def _about_directory(titles: Sequence[TitleBadge], as_of: date) -> Iterator[Alert]:
    """At most one alert a directory: what is held may end soon; what is not held has ended or was withdrawn."""
    held = [title for title in titles if title.status in HELD]
    notice = next((title for title in titles if title.status is TitleStatus.PUBLIC_NOTICE), None)
    followed = any(title.status is TitleStatus.FUTURE for title in titles)
    if held:
        last = max(held, key=lambda title: title.valid_to or date.max)
        if last.status is TitleStatus.DUE and not followed:
            yield _due(last, notice)
        return
    ended = [title for title in titles if title.status in (TitleStatus.EXPIRED, TitleStatus.WITHDRAWN)]
    if not ended or followed:
        return
    last = max(ended, key=lambda title: (_end(title), title.listing_id))
    yield _withdrawn(last) if last.status is TitleStatus.WITHDRAWN else _expired(last, notice)


def _end(title: TitleBadge) -> date:
    """The day it stopped to count; an expired title has an end, a withdrawn one a day of withdrawal."""
    return (title.withdrawn_on if title.status is TitleStatus.WITHDRAWN else title.valid_to) or date.max


def _due(title: TitleBadge, notice: TitleBadge | None) -> Alert:
    zh = f"{title.directory_name_zh}将于 {title.valid_to} 到期，还剩 {title.days_left} 天。"
    en = f"{title.directory_name_en} ends on {title.valid_to}, in {title.days_left} days."
    return _title_alert("title_due", "warning", zh, en, title, notice)


def _expired(title: TitleBadge, notice: TitleBadge | None) -> Alert:
    zh = f"{title.directory_name_zh}已于 {title.valid_to} 到期，现在无效。"
    en = f"{title.directory_name_en} ended on {title.valid_to} and is not in force."
    return _title_alert("title_expired", "notice", zh, en, title, notice)


def _withdrawn(title: TitleBadge) -> Alert:
    reason_zh = f"，原因：{title.withdrawal_reason}" if title.withdrawal_reason else ""
    reason_en = f": {title.withdrawal_reason}" if title.withdrawal_reason else ""
    zh = f"{title.directory_name_zh}已于 {title.withdrawn_on} 撤销{reason_zh}。"
    en = f"{title.directory_name_en} was withdrawn on {title.withdrawn_on}{reason_en}."
    return _title_alert("title_withdrawn", "critical", zh, en, title, None)


def _title_alert(code: str, severity: str, zh: str, en: str, title: TitleBadge, notice: TitleBadge | None) -> Alert:
    if notice is not None:
        zh += "新一期结果正在公示；公示不是最终结果。"
        en += " The next term is in public notice, which is not final."
    return Alert.model_validate(
        {
            "code": code,
            "severity": severity,
            "text": Text(zh, en),
            "document_ref": (notice or title).document_ref,
            "directory_code": title.directory_code,
        }
    )


def _about_names(enterprise: Enterprise, titles: Sequence[TitleBadge], former: Sequence[str]) -> Iterator[Alert]:
    own = fold_name(enterprise.name_zh)
    known = {fold_name(name) for name in former}
    told: set[str] = set()
    for title in titles:
        printed = fold_name(title.name_as_announced)
        if title.status not in HELD or printed == own or printed in told:
            continue
        told.add(printed)
        why = Text("（曾用名）", " (a former name)") if printed in known else Text("", "")
        yield Alert(
            code="name_differs",
            severity="notice",
            text=Text(
                f"{title.directory_name_zh}公告所印名称为“{title.name_as_announced}”{why.zh}，与现用名不同。",
                f"The announcement of {title.directory_name_en} prints “{title.name_as_announced}”{why.en}, "
                "not the present name.",
            ),
            document_ref=title.document_ref,
            directory_code=title.directory_code,
        )


def _about_figures(figures: FiguresTable, facts: Sequence[KnownFact]) -> Iterator[Alert]:
    cells = [(row.label, cell.year) for row in figures.rows for cell in row.cells if cell.conflict]
    labels = {fact.name: fact.label for fact in facts if fact.conflict}
    places = [
        *(Text(f"{year} 年{label.zh}", f"{label.en} {year}") for label, year in cells),
        *labels.values(),
    ]
    if places:
        text = Text(
            f"不同来源的数据不一致：{'、'.join(place.zh for place in places)}。",
            f"Sources differ on {', '.join(place.en for place in places)}.",
        )
        yield Alert(code="conflicting_figures", severity="notice", text=text)
