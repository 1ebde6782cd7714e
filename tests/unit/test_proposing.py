"""What titles of announcements say about themselves."""

from datetime import date

import pytest

from registry.search.lexicon import Lexicon
from registry.services.imports.proposing import Proposal, Proposed, propose
from registry.vocabulary import Procedure
from tests.unit.search.shipped import shipped_lexicon


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return shipped_lexicon()


def value(one: Proposed[object] | None) -> object:
    return one.value if one else None


@pytest.mark.parametrize(
    ("title", "directory", "year", "batch", "public"),
    [
        ("附件：第八批专精特新“小巨人”企业公示名单", "little_giant", None, "第八批", True),
        ("2026年第二批拟认定专精特新中小企业名单", "srdi_sme", 2026, "第二批", True),
        ("示例省2025年度省级制造业单项冠军企业名单", "champion_provincial", 2025, None, None),
        ("第九批制造业单项冠军企业名单", "champion_national", None, "第九批", None),
        ("对认定机构2025年认定的第一批高新技术企业进行备案的公告", "hte", 2025, "第一批", None),
        ("示例省认定机构2024年认定报备的第 3 批高新技术企业备案名单", "hte", 2024, "第3批", None),
        ("２０２５年度创新型中小企业名单（第二批）", "innovative_sme", 2025, "第二批", None),
        ("2024年入库科技型中小企业第12批名单", "tech_sme", 2024, "第12批", None),
        ("2026年示例市潜在独角兽企业榜单", "potential_unicorn", 2026, None, None),
        ("公示期满无异议，现将2025年独角兽企业名单予以公布", "unicorn", 2025, None, False),
        ("安全可靠产品目录2026年第1号", "secure_product", None, None, None),
        ("2018年度示例省第二类疫苗集中采购入围企业产品及价格", None, 2018, None, None),
    ],
)
def test_a_title_names_directory_year_batch_and_how_final_it_is(
    lexicon: Lexicon, title: str, directory: str | None, year: int | None, batch: str | None, public: bool | None
) -> None:
    found = propose([title], lexicon)
    assert (value(found.directory), value(found.batch), value(found.public_notice)) == (directory, batch, public)
    if year is not None:
        assert value(found.year) == year


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("示信厅函〔2026〕204 号", "示信厅函〔2026〕204号"),
        ("依据示科发[2025]17号文件", "示科发[2025]17号"),
        ("示例部公告 2026年第3号", "公告2026年第3号"),
        ("附件1", None),
    ],
)
def test_document_numbers_in_their_usual_dresses(lexicon: Lexicon, line: str, number: str | None) -> None:
    found = value(propose([line], lexicon).document_no)
    assert (found is None) == (number is None)
    assert number is None or str(found).endswith(number)


def test_the_days_of_a_public_notice_are_not_the_day_of_the_announcement(lexicon: Lexicon) -> None:
    found = propose(
        [
            "关于2026年拟认定专精特新中小企业名单的公示",
            "公示期为2026年11月20日至11月27日。",
            "示例省工业和信息化厅",
            "2026年11月19日",
        ],
        lexicon,
    )
    assert (value(found.notice_from), value(found.notice_to)) == (date(2026, 11, 20), date(2026, 11, 27))
    assert value(found.announced_on) == date(2026, 11, 19)
    assert value(found.public_notice) is True
    assert value(found.year) == 2026


@pytest.mark.parametrize(
    ("title", "procedure"),
    [
        ("第五批专精特新“小巨人”复核通过企业名单", Procedure.REVIEW),
        ("第八批专精特新“小巨人”新认定企业名单", Procedure.NEW),
        ("第八批新认定与第五批复核名单", None),
    ],
)
def test_new_and_review_lists_are_told_apart_and_mixed_ones_left_open(
    lexicon: Lexicon, title: str, procedure: Procedure | None
) -> None:
    assert value(propose([title], lexicon).procedure) is procedure


def test_nothing_is_proposed_of_nothing(lexicon: Lexicon) -> None:
    assert propose([], lexicon) == propose(["Sheet1", ""], lexicon) == Proposal()


def test_a_day_that_does_not_exist_is_not_proposed(lexicon: Lexicon) -> None:
    assert propose(["2026年2月30日"], lexicon).announced_on is None
