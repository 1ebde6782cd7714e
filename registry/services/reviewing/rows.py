"""The rows of a review: each field with what the registry has, what was sent, what proves it and what was decided."""

from collections.abc import Container, Iterable, Mapping
from typing import Any

from registry.errors import Text
from registry.models import Evidence, SubmissionField
from registry.schemas.reviewing import Anomaly, Decided, EvidenceRead, FieldRow
from registry.services.reviewing.anomalies import against_last_year
from registry.services.reviewing.changes import change_of, equal, is_number
from registry.services.reviewing.folder import Folder
from registry.services.submitting.asked import Document
from registry.services.submitting.catalogue import DOCUMENTS, SECTIONS, FieldDef
from registry.services.submitting.state import EVIDENCE
from registry.vocabulary import FieldDecision, Trust

FIGURES_OF = Text("{year} 年指标", "Figures of {year}")
DOCUMENTS_GROUP = Text("材料", "Documents")
ALSO_SENT = Anomaly(kind="shared", text=Text("佐证文件另有企业提交", "others sent the same document"))
DEBT_RATIO = Text("资产负债率", "Debt ratio")


class RowMaker:
    """Makes the rows of one submission.

    ``marks``: what peers say against a figure, by its path; ``shared``: documents others sent, too, by their hash.
    """

    def __init__(self, folder: Folder, *, marks: Mapping[str, Anomaly], shared: Mapping[str, Anomaly]) -> None:
        self._asked, self._documents = folder.fields_in, folder.asked.documents
        self._values, self._live, self._last = folder.sent.values, folder.live, folder.last_year
        self._fields, self._standing, self._evidence = folder.fields, folder.standing, folder.evidence
        self._below, self._marks, self._shared = folder.below, marks, shared
        self._slugs = frozenset(one.slug for one in folder.evidence)
        self._is_open = folder.is_open

    def rows(self) -> tuple[FieldRow, ...]:
        """Every field in the order of the form, then the documents."""
        made: list[FieldRow] = []
        for field in self._asked.values():
            made.append(self._row(field))
            if field.target == "total_liabilities" and (ratio := self._debt_ratio(field)) is not None:
                made.append(ratio)
        return (*made, *(self._document(one) for one in self._documents))

    def _document(self, document: Document) -> FieldRow:
        """A document that is asked for: nothing to accept, but it can be asked for again."""
        files = [one for one in self._evidence if one.slug == document.slug]
        stored = self._fields.get(f"{EVIDENCE}{document.slug}")
        marks = {
            self._shared[one.sha256].text.zh: self._shared[one.sha256] for one in files if one.sha256 in self._shared
        }
        return FieldRow(
            path=f"{EVIDENCE}{document.slug}",
            group="documents",
            group_label=DOCUMENTS_GROUP,
            label=document.name,
            kind="document",
            unit=Text("份", "files"),
            live=None,
            live_trust=None,
            sent=len(files) or None,
            sent_trust=None,
            last=None,
            same=False,
            change=None,
            proof=None,
            evidence=tuple(evidence_read(one) for one in files),
            anomalies=tuple(marks.values()),
            decided=_decided(stored) if stored is not None and self._standing.holds(stored) else None,
            below=None,
            open=False,
        )

    def _row(self, field: FieldDef) -> FieldRow:
        sent, last = self._values.get(field.path), self._last.of(field)
        live, trust = self._live.of(field)
        stored, files = self._fields.get(field.path), self._files(field)
        holds = stored is not None and self._standing.holds(stored)
        return FieldRow(
            path=field.path,
            group=_group(field),
            group_label=_group_label(field),
            label=field.label,
            kind=field.kind,
            unit=field.unit,
            live=live,
            live_trust=trust,
            sent=sent,
            sent_trust=self._trust(field),
            last=last,
            same=equal(sent, live),
            change=change_of(field, sent, live=live, last=last),
            proof=DOCUMENTS.get(field.proof),
            evidence=tuple(evidence_read(one) for one in files),
            anomalies=tuple(self._anomalies(field, sent, last, files)),
            decided=_decided(stored) if stored is not None and holds else None,
            below=_told(self._below.get(field.path)),
            open=self._is_open(field.path, field),
        )

    def _trust(self, field: FieldDef) -> Trust | None:
        if field.path.startswith(("profile.", "contact.")):
            return None
        return trust_when_approved(field, self._slugs)

    def _files(self, field: FieldDef) -> list[Evidence]:
        own = [one for one in self._evidence if one.path == field.path]
        if own or not field.proof:
            return own
        return [one for one in self._evidence if one.slug == field.proof and not one.path]

    def _anomalies(self, field: FieldDef, sent: Any, last: Any, files: list[Evidence]) -> Iterable[Anomaly]:
        yield from against_last_year(field, sent, last)
        if field.path in self._marks:
            yield self._marks[field.path]
        for one in files:
            if one.sha256 in self._shared:
                # Whose it is besides stands once, with the document itself.
                yield ALSO_SENT

    def _debt_ratio(self, field: FieldDef) -> FieldRow | None:
        """Worked out from what was sent: not the firm's to state, nothing to decide."""
        debts = self._values.get(field.path)
        assets = self._values.get(f"annual.{field.year}.total_assets")
        if not (is_number(debts) and is_number(assets)) or not assets:
            return None
        year = (field.year or 0) - 1
        before = self._live.figure("total_liabilities", year), self._live.figure("total_assets", year)
        return FieldRow(
            path=f"computed.{field.year}.debt_ratio",
            group=_group(field),
            group_label=_group_label(field),
            label=DEBT_RATIO,
            kind="ratio",
            unit=Text("", ""),
            live=None,
            live_trust=None,
            sent=debts / assets,
            sent_trust=Trust.COMPUTED,
            last=before[0] / before[1] if is_number(before[0]) and is_number(before[1]) and before[1] else None,
            same=False,
            change=None,
            proof=None,
            evidence=(),
            anomalies=(),
            decided=None,
            below=None,
            open=False,
            computed=True,
        )


def evidence_read(row: Evidence) -> EvidenceRead:
    """A document as it is shown."""
    label = DOCUMENTS.get(row.slug, Text(row.slug, row.slug))
    return EvidenceRead(id=row.id, slug=row.slug, label=label, filename=row.filename, pages=row.pages, size=row.size)


def trust_when_approved(field: FieldDef, sent_slugs: Container[str]) -> Trust:
    """What a yearly figure is worth once an official has held it against its document.

    Audited where an audit report that proves it was sent with it; otherwise it is what the firm declares.
    """
    audited = field.year is not None and field.proof in ("audit_report", "rd_audit") and field.proof in sent_slugs
    return Trust.AUDITED if audited else Trust.DECLARED


def _group(field: FieldDef) -> str:
    return f"figures.{field.year}" if field.year is not None else field.section


def _group_label(field: FieldDef) -> Text:
    if field.year is None:
        return SECTIONS[field.section]
    return Text(FIGURES_OF.zh.format(year=field.year), FIGURES_OF.en.format(year=field.year))


def _decided(field: SubmissionField) -> Decided | None:
    if field.decision is None:
        return None
    return Decided(decision=field.decision, reason_code=field.reason_code, reason=field.reason, by=field.decided_by)


def _told(said: Mapping[str, Any] | None) -> Decided | None:
    if not said:
        return None
    return Decided(
        decision=FieldDecision.of(said["decision"]),
        reason_code=said.get("reason_code", ""),
        reason=said.get("reason", ""),
        by=said.get("by", ""),
    )
