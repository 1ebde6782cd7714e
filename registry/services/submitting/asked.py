"""What one submission asks for: its parts, its fields, the documents that go with it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from registry.clock import PROVINCE_ZONE
from registry.errors import Text
from registry.models import Call, Submission
from registry.services.submitting.catalogue import DOCUMENTS, NEW_NAME, SECTIONS, FieldDef, fields_of
from registry.services.submitting.catalogue import field_of as catalogue_field
from registry.services.submitting.findings import rule_procedure, standard_of
from registry.tiering.figures import file_fact_names, stated_name
from registry.tiering.reads import reads
from registry.tiering.standard import Standard
from registry.vocabulary import SubmissionKind

PARTS_OF: dict[SubmissionKind, tuple[str, ...]] = {
    SubmissionKind.PROFILE: ("profile", "contacts", "products"),
    SubmissionKind.CHANGE: ("profile", "contacts"),
    SubmissionKind.YEARLY: ("profile", "contacts", "figures", "ip", "products"),
    SubmissionKind.NOMINATION: ("profile", "contacts", "figures", "ip", "products"),
}
"""The sections of the catalogue each kind asks for."""
DOCUMENTS_OF: dict[SubmissionKind, tuple[tuple[str, bool], ...]] = {
    SubmissionKind.PROFILE: (("licence", False), ("other", False)),
    SubmissionKind.CHANGE: (("licence", True), ("other", False)),
    SubmissionKind.YEARLY: (
        ("audit_report", True), ("rd_audit", False), ("social_insurance", False), ("ip_certificates", False),
        ("other", False),
    ),
    SubmissionKind.NOMINATION: (("audit_report", True), ("other", False)),
}  # fmt: skip
"""Documents by kind, and whether they must be there. A call names its own instead."""
NOT_ASKED = frozenset({"score"})
"""Kinds of values a platform or an expert gives, never the firm."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document asked for. ``required`` ones must be there before sending."""

    slug: str
    name: Text
    required: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything one submission asks: fields by path in order, documents, the standard a nomination is held against."""

    fields: dict[str, FieldDef]
    documents: tuple[Document, ...]
    standard: Standard | None

    @property
    def parts(self) -> tuple[str, ...]:
        """The pages the fields stand on, in order: profile, figures-2025 …"""
        return tuple(dict.fromkeys(part_of(field) for field in self.fields.values()))

    def part(self, name: str) -> tuple[FieldDef, ...]:
        """The fields of one page."""
        return tuple(field for field in self.fields.values() if part_of(field) == name)


def part_of(field: FieldDef) -> str:
    """The page a field stands on: figures have one for each year."""
    return f"figures-{field.year}" if field.section == "figures" else field.section


def part_title(name: str) -> Text:
    """What a page is called."""
    section, _, year = name.partition("-")
    return Text(f"{year} 年指标", f"Figures of {year}") if year else SECTIONS[section]  # type: ignore[index]


def asked_of(session: Session, submission: Submission) -> Asked:
    """What this submission asks for: by its kind, and for a nomination also by the standard of its call."""
    call = session.get_one(Call, submission.call_id) if submission.call_id is not None else None
    standard = standard_of(session, call.standard_version) if call is not None else None
    sections = PARTS_OF[submission.kind]
    fields = {path: one for path, one in fields_of(submission.year).items() if one.section in sections}
    if submission.kind is SubmissionKind.CHANGE:
        fields = {NEW_NAME.path: NEW_NAME} | fields
    if call is not None and standard is not None:
        fields = _with_rules(fields, standard, call, submission.year)
    return Asked(fields, _documents(submission.kind, call), standard)


def _with_rules(fields: dict[str, FieldDef], standard: Standard, call: Call, year: int) -> dict[str, FieldDef]:
    """The fields, those a rule reads among them or added, in the order of the parts."""
    day = call.closes_at.astimezone(PROVINCE_ZONE).date()
    wanted = reads(standard, as_of=day, procedure=rule_procedure(call.procedure))
    paths = [f"annual.{when}.{name}" for name, when in sorted(wanted.figures, key=lambda one: (-one[1], one[0]))]
    facts = {stated_name(name) for name in wanted.facts | wanted.dates}
    paths += [f"facts.{name}" for name in sorted(facts) if name in file_fact_names()]
    more = [catalogue_field(path, year=year) for path in paths if path not in fields]
    found = fields | {one.path: one for one in more if one is not None and _is_asked(one, day)}
    return dict(sorted(found.items(), key=lambda item: _order(item[1], year)))


def _is_asked(field: FieldDef, day: date) -> bool:
    return field.kind not in NOT_ASKED and (field.year is None or field.year <= day.year)


def _order(field: FieldDef, year: int) -> tuple[int, int]:
    """Parts in the order of the sections, years from the newest; inside a part the order there is."""
    return list(SECTIONS).index(field.section), year - (field.year or year)


def _documents(kind: SubmissionKind, call: Call | None) -> tuple[Document, ...]:
    if call is None:
        return tuple(Document(slug, DOCUMENTS[slug], required) for slug, required in DOCUMENTS_OF[kind])
    named = tuple(_document(one) for one in call.documents)
    other = Document("other", DOCUMENTS["other"], required=False)
    return named if any(one.slug == "other" for one in named) else (*named, other)


def _document(said: Any) -> Document:
    return Document(str(said["slug"]), Text(str(said["zh"]), str(said["en"])), bool(said.get("required")))
