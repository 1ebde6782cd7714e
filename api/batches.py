"""The life of a batch: comparing for anybody; acts and objections for officials."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.deps import CurrentActor, OfficerActor, ReadSession, WriteSession
from api.paging import CursorText, Limit, next_address
from api.problems import refusals
from api.routing import officials_router, public_router
from registry.errors import InvalidInput
from registry.schemas.base import ReadModel
from registry.schemas.batches import ComparedRow, ComparisonSummary, WorkBatch
from registry.schemas.objections import ObjectionRead, ObjectionReceipt
from registry.schemas.paging import KEY_MAX, Page
from registry.services.batch_life.acts import freeze_batch, make_final, publish_notice, start_batch, withdraw_batch
from registry.services.batch_life.comparing import compare, page_of
from registry.services.batch_life.editions import Amendment, amend_row, correct, drop_row
from registry.services.batch_life.listing import get_work_batch, list_batches
from registry.services.batch_life.objection_reading import by_receipt, get_objection, list_objections
from registry.services.batch_life.objections import decide_objection
from registry.vocabulary import BatchState, ObjectionState, RowChange

public: APIRouter = public_router("comparisons", "名单比较与异议回执 / Lists compared, receipts of objections")
officials: APIRouter = officials_router("batch_life", "批次与异议（工作人员）/ Batches and objections (officials)")

Number = Annotated[int, Path(ge=1, le=KEY_MAX, description="批次编号 / Number of the batch", examples=[1])]
ObjectionNumber = Annotated[int, Path(ge=1, le=KEY_MAX, description="异议编号 / Number of the objection", examples=[1])]


class Asked(ReadModel):
    """What every act says."""

    reason: str = Field(max_length=500)
    document_no: str | None = Field(default=None, max_length=200)


class NewBatch(ReadModel):
    """A draft to be registered."""

    directory: str = Field(max_length=40)
    year: int
    label: str = Field(max_length=200)
    title: str = Field(default="", max_length=300)
    document_no: str | None = Field(default=None, max_length=200)


class NoticeAsked(Asked):
    """A public notice: first and last day, inclusive."""

    notice_from: date
    notice_to: date


class OnDay(Asked):
    """An act of a day."""

    on: date


class CorrectionAsked(Asked):
    """A new edition, with a copy of the rows or empty."""

    copy_rows: bool = True


class RowAmended(ReadModel):
    """What a row of a draft is to say; what is left out stays as it is."""

    reason: str = Field(max_length=500)
    name_as_announced: str | None = Field(default=None, max_length=300)
    certificate_no: str | None = Field(default=None, max_length=60)
    rank: int | None = Field(default=None, ge=0, le=2**31 - 1)
    group_label: str | None = Field(default=None, max_length=100)
    valid_from: date | None = None
    valid_to: date | None = None


class Decision(ReadModel):
    """How an objection is decided."""

    decision: ObjectionState
    reason: str = Field(max_length=500)


class Compared(ReadModel):
    """Two lists: what they are, how many rows are how, and one page of the rows."""

    summary: ComparisonSummary
    rows: Page[ComparedRow]
    next: str | None


class WorkBatchList(ReadModel):
    """Batches in every state, newest first."""

    items: list[WorkBatch]
    next_before: int | None = Field(description="下一页的 before / ``before`` of the next page")


class ObjectionList(ReadModel):
    """Objections, oldest first."""

    items: list[ObjectionRead]


@public.get(
    "/batches/{a}/compare/{b}",
    name="api_batch_compare",
    summary="两份名单比较 / Two lists compared",
    responses=refusals(404, 410),
)
def compare_batches(
    request: Request,
    response: Response,
    session: ReadSession,
    actor: CurrentActor,
    a: Number,
    b: Number,
    change: Annotated[
        str | None,
        Query(
            max_length=20,
            description="只要这一种变化，缺省为全部有变化的 / Only this change; all that differ if left out",
            json_schema_extra={"enum": [one.value for one in RowChange]},
        ),
    ] = None,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> Compared:
    """同一名录的两个批次或版次，逐行。 / Two batches or editions of one directory, row by row."""
    found = compare(session, a, b, for_officials=actor.is_official)
    rows = page_of(session, found, change=_change(change), cursor=cursor, limit=limit)
    return Compared(summary=found.summary, rows=rows, next=next_address(request, response, rows.next_cursor))


@public.get(
    "/objections/{receipt}",
    name="api_objection_receipt",
    summary="异议回执 / A receipt",
    responses=refusals(404),
)
def show_receipt(
    session: ReadSession, receipt: Annotated[str, Path(max_length=40, description="受理编号 / Receipt number")]
) -> ObjectionReceipt:
    """凭受理编号查看处理结果；不含姓名和联系方式。 / What became of an objection; never who made it."""
    return by_receipt(session, receipt)


@officials.get(
    "/office/batches", name="api_work_batches", summary="各种状态的批次 / Batches", responses=refusals(401, 403)
)
def list_work_batches(
    session: ReadSession,
    actor: OfficerActor,
    state: Annotated[BatchState | None, Query(description="只要这种状态 / Only this state")] = None,
    directory: Annotated[str | None, Query(max_length=40, description="只要这个名录 / Only this directory")] = None,
    before: Annotated[int | None, Query(ge=1, le=KEY_MAX, description="只要编号更小的 / Only smaller numbers")] = None,
    limit: Limit = 50,
) -> WorkBatchList:
    """草案也在内，附可以做的操作。 / Drafts included, with what the caller may do."""
    found = list_batches(session, actor=actor, state=state, directory=directory, before_id=before, limit=limit + 1)
    more = len(found) > limit
    return WorkBatchList(items=found[:limit], next_before=found[limit - 1].batch.id if more else None)


@officials.post(
    "/office/batches",
    name="api_batch_start",
    status_code=201,
    summary="登记草案 / Register a draft",
    responses=refusals(401, 403, 404, 409),
)
def start(session: WriteSession, actor: OfficerActor, given: NewBatch) -> WorkBatch:
    """再用同样的名录、年份和名称导入名单。 / Then import its list under the same directory, year and name."""
    made = start_batch(session, **given.model_dump(), actor=actor)
    return get_work_batch(session, made.id, actor=actor)


@officials.post(
    "/office/batches/{batch_id}/notice",
    name="api_batch_notice",
    summary="公示 / Open public notice",
    responses=refusals(401, 403, 404, 409, 410),
)
def notice(session: WriteSession, actor: OfficerActor, batch_id: Number, given: NoticeAsked) -> WorkBatch:
    """公开名单，不算称号。 / Makes the list public; it gives no title."""
    publish_notice(session, batch_id=batch_id, actor=actor, **given.model_dump())
    return get_work_batch(session, batch_id, actor=actor)


@officials.post(
    "/office/batches/{batch_id}/final",
    name="api_batch_final",
    summary="定为正式 / Make final",
    responses=refusals(401, 403, 404, 409, 410),
)
def final(session: WriteSession, actor: OfficerActor, batch_id: Number, given: OnDay) -> WorkBatch:
    """定为正式名单并冻结；取代它更正的那一版。 / Final and frozen; takes over from the edition it corrects."""
    make_final(
        session,
        batch_id=batch_id,
        announced_on=given.on,
        document_no=given.document_no or "",
        actor=actor,
        reason=given.reason,
    )
    return get_work_batch(session, batch_id, actor=actor)


@officials.post(
    "/office/batches/{batch_id}/withdraw",
    name="api_batch_withdraw",
    summary="撤下 / Take down",
    responses=refusals(401, 403, 404, 409, 410),
)
def withdraw(session: WriteSession, actor: OfficerActor, batch_id: Number, given: OnDay) -> WorkBatch:
    """草案或公示不再成为正式名单。 / A draft or public notice never becomes final."""
    withdraw_batch(session, batch_id=batch_id, actor=actor, **given.model_dump())
    return get_work_batch(session, batch_id, actor=actor)


@officials.post(
    "/office/batches/{batch_id}/freeze",
    name="api_batch_freeze",
    summary="冻结 / Freeze",
    responses=refusals(401, 403, 404, 409, 410),
)
def freeze(session: WriteSession, actor: OfficerActor, batch_id: Number, given: Asked) -> WorkBatch:
    """导入完成的正式名单从此不再改动。 / A final list that imports have filled never changes again."""
    freeze_batch(session, batch_id=batch_id, actor=actor, reason=given.reason)
    return get_work_batch(session, batch_id, actor=actor)


@officials.post(
    "/office/batches/{batch_id}/correct",
    name="api_batch_correct",
    status_code=201,
    summary="更正 / Correct",
    responses=refusals(401, 403, 404, 409, 410),
)
def correct_batch(session: WriteSession, actor: OfficerActor, batch_id: Number, given: CorrectionAsked) -> WorkBatch:
    """新的一版草案。 / A new edition as a draft."""
    made = correct(session, batch_id=batch_id, actor=actor, **given.model_dump())
    return get_work_batch(session, made.id, actor=actor)


Listing = Annotated[int, Path(ge=1, le=KEY_MAX, description="认定记录编号 / Number of the row", examples=[1])]


@officials.patch(
    "/office/batches/{batch_id}/rows/{listing_id}",
    name="api_batch_row_amend",
    summary="改草案的一行 / Amend a row",
    responses=refusals(401, 403, 404, 409, 410),
)
def amend(
    session: WriteSession, actor: OfficerActor, batch_id: Number, listing_id: Listing, given: RowAmended
) -> WorkBatch:
    """只用于草案。 / Drafts only."""
    wanted = Amendment(**given.model_dump(exclude={"reason"}))
    amend_row(session, batch_id=batch_id, listing_id=listing_id, amendment=wanted, actor=actor, reason=given.reason)
    return get_work_batch(session, batch_id, actor=actor)


@officials.post(
    "/office/batches/{batch_id}/rows/{listing_id}/drop",
    name="api_batch_row_drop",
    summary="去掉一行 / Take a row out",
    responses=refusals(401, 403, 404, 409, 410),
)
def drop(session: WriteSession, actor: OfficerActor, batch_id: Number, listing_id: Listing, given: Asked) -> WorkBatch:
    """用于草案和公示。 / Drafts and public notices."""
    drop_row(session, batch_id=batch_id, listing_id=listing_id, actor=actor, reason=given.reason)
    return get_work_batch(session, batch_id, actor=actor)


@officials.get("/office/objections", name="api_objections", summary="异议 / Objections", responses=refusals(401, 403))
def objections(
    session: ReadSession,
    actor: OfficerActor,
    state: Annotated[ObjectionState | None, Query(description="只要这种状态 / Only this state")] = None,
    batch: Annotated[int | None, Query(ge=1, le=KEY_MAX, description="只要这一批 / Only this batch")] = None,
) -> ObjectionList:
    """自己管的名录的异议，早的在前。 / Objections to notices of the directories the caller curates, oldest first."""
    return ObjectionList(items=list_objections(session, actor=actor, state=state, batch_id=batch))


@officials.post(
    "/office/objections/{objection_id}/decide",
    name="api_objection_decide",
    summary="处理异议 / Decide an objection",
    responses=refusals(401, 403, 404, 409, 410),
)
def decide(session: WriteSession, actor: OfficerActor, objection_id: ObjectionNumber, given: Decision) -> ObjectionRead:
    """成立的，名单中去掉那一行。 / One that is upheld takes its row out of the notice."""
    decide_objection(session, objection_id=objection_id, decision=given.decision, actor=actor, reason=given.reason)
    return get_objection(session, objection_id, actor=actor)


def _change(given: str | None) -> RowChange | None:
    found = next((one for one in RowChange if one.value == given), None)
    if given is not None and found is None:
        raise InvalidInput(
            f"没有“{given}”这一种变化。",
            f"There is no change called “{given}”.",
            field="change",
            value=given,
            choices=tuple(one.value for one in RowChange),
        )
    return found
