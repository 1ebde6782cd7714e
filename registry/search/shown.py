"""An answer of the search as programs get it: API and command line print the same shape."""

from datetime import date

from pydantic import Field

from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.schemas.titles import DocumentRef, TitleBadge
from registry.search.query import (
    AnyHit,
    Chip,
    DirectoryHit,
    FacetValue,
    Group,
    Hit,
    ProductHit,
    SameBrand,
    SearchPage,
    Suggestion,
)
from registry.vocabulary import TitleStatus


class ProductShown(ReadModel):
    """What a catalogue says of a product version."""

    version: str
    maker: str
    maker_id: str | None = Field(description="/enterprises/{id} 的编号 / what stands behind /enterprises/")
    category: str
    grade: int | None = Field(description="1 为Ⅰ级 / 1 is grade Ⅰ")
    status: TitleStatus | None
    valid_from: date | None
    valid_to: date | None
    directory: str | None
    document: DocumentRef | None


class HitShown(ReadModel):
    """One enterprise, product version or directory that was found, and why: one shape for all three."""

    id: str = Field(description="企业：/enterprises/{id} 的编号；产品：序号；名录：代码 / key, number or code")
    uscc: str | None = Field(description="企业或产品厂商的代码 / code of the enterprise, or of the product’s maker")
    name: str
    kind: Group
    reason: str = Field(description="匹配方式的代号 / stable slug of the way it matched")
    why: Text
    matched: str = Field(description="匹配到的名称或代码 / the name or code that matched")
    near: bool = Field(description="只是相近，不计入 total / only similar, not counted in total")
    titles: list[TitleBadge]
    city: str | None
    city_name: Text | None
    product: ProductShown | None = Field(default=None, description="仅产品有 / of products only")


class GroupShown(ReadModel):
    """How much of one kind there is."""

    kind: Group
    total: int


class ShownPage(ReadModel):
    """One page of answers. ``hits`` match, group after group; ``near`` are only similar."""

    hits: list[HitShown] = Field(description="按 groups 的顺序排列 / in the order of groups")
    near: list[HitShown] = Field(description="相近结果，不计入 total / only similar, not counted")
    groups: list[GroupShown] = Field(description="有完全匹配的一组在前 / the group with an exact hit first")
    total: int = Field(description="企业数；kind 为其他类别时为该类别数 / enterprises, or hits of the kind asked for")
    total_is_exact: bool
    facets: dict[str, list[FacetValue]] = Field(
        description="按企业计数；kind=product 时按产品计数 / of enterprises; of products with kind=product"
    )
    interpreted: list[Chip] = Field(description="被理解为筛选条件的词 / words understood as filters")
    same_brand: SameBrand | None = Field(
        description="字号就是查询文字的企业，add 为只列出它们的参数；数据库回答时匹配过多则为空 / "
        "firms that share the brand typed, and the parameters that list them alone"
    )
    did_you_mean: list[Suggestion]
    notices: list[Text]
    degraded: bool = Field(description="索引不可用，由数据库回答 / the database answered")
    redirect: str | None = Field(description="查询就是这家企业的代码 / the text is the code of exactly this enterprise")
    as_of: date
    next_cursor: str | None


def shown(page: SearchPage) -> ShownPage:
    """The page in that shape: what matches group after group, then what is only similar."""
    return ShownPage(
        hits=[shown_hit(hit) for section in page.sections for hit in section.hits],
        near=[shown_hit(hit) for section in page.sections for hit in section.near],
        groups=[GroupShown(kind=section.kind, total=section.total) for section in page.sections],
        total=page.total,
        total_is_exact=page.total_is_exact,
        facets={name: list(values) for name, values in page.facets.items()},
        interpreted=list(page.interpreted),
        same_brand=page.same_brand,
        did_you_mean=list(page.did_you_mean),
        notices=list(page.notices),
        degraded=page.degraded,
        redirect=page.redirect,
        as_of=page.as_of,
        next_cursor=page.next_cursor,
    )


def shown_hit(hit: AnyHit) -> HitShown:
    """One hit of any kind."""
    if isinstance(hit, ProductHit):
        return _product(hit)
    if isinstance(hit, DirectoryHit):
        return _directory(hit)
    return _enterprise(hit)


def _enterprise(hit: Hit) -> HitShown:
    return HitShown(
        id=hit.id,
        uscc=hit.uscc,
        name=hit.name,
        kind=hit.kind,
        reason=hit.reason,
        why=hit.why,
        matched="".join(segment.text for segment in hit.matched),
        near=hit.near,
        titles=list(hit.titles),
        city=hit.city,
        city_name=hit.city_name,
    )


def _product(hit: ProductHit) -> HitShown:
    shown = ProductShown(
        version=hit.version,
        maker=hit.maker,
        maker_id=hit.maker_key,
        category=hit.category,
        grade=hit.grade,
        status=hit.status,
        valid_from=hit.valid_from,
        valid_to=hit.valid_to,
        directory=hit.directory_code,
        document=hit.document_ref,
    )
    return HitShown(
        id=str(hit.id),
        uscc=hit.maker_key if hit.maker_key and len(hit.maker_key) == 18 else None,
        name=hit.name,
        kind=hit.kind,
        reason="other_version" if hit.near else "product",
        why=hit.why,
        matched="".join(segment.text for segment in hit.segments),
        near=hit.near,
        titles=[],
        city=None,
        city_name=None,
        product=shown,
    )


def _directory(hit: DirectoryHit) -> HitShown:
    return HitShown(
        id=hit.code,
        uscc=None,
        name=hit.name.zh,
        kind=hit.kind,
        reason="exact" if hit.exact else "directory",
        why=hit.why,
        matched=hit.name.zh,
        near=False,
        titles=[],
        city=None,
        city_name=None,
    )
