"""Files made to harm: each is refused in seconds with a reason, and nothing outside the scratch folder is touched."""

import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from stat import S_IFLNK

import pytest
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from import_scripts.limits import Limits
from tests.unit.imports import specimens as made
from tests.unit.imports.files import one_cell_workbook
from tests.unit.imports.sheets import only, read_sheets, refusal

SECONDS = 30
"""On a busy machine; by itself each takes one to five."""
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    + "".join(f'<!ENTITY {chr(c + 1)} "{f"&{chr(c)};" * 10}">' for c in range(ord("b"), ord("j")))
    + "]>"
)


@pytest.fixture(autouse=True)
def _in_seconds() -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < SECONDS


def text(folder: Path, content: str | bytes, name: str = "list.txt") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def zipped(folder: Path, members: dict[str, bytes], name: str = "list.zip") -> Path:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return folder / name


def test_a_zip_bomb_among_lists_is_refused(tmp_path: Path) -> None:
    assert "不像名单" in refusal(zipped(tmp_path, {"a.csv": b"0" * 120_000_000}))


def test_zips_within_zips_are_not_unpacked(tmp_path: Path) -> None:
    inner = zipped(tmp_path, {"a.csv": b"0" * 40_000_000}, "inner.zip").read_bytes()
    assert "还有压缩包" in refusal(zipped(tmp_path, {f"{i}.zip": inner for i in range(9)}))


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": b"0" * 30_000_000})
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 30_000_000), struct.pack("<I", 100)))
    assert "损坏" in refusal(path)


def test_a_zip_of_very_many_members_is_refused_by_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "list.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(300):
            archive.writestr(f"{i}.csv", b"")
    assert "300 个文件" in refusal(path)
    end = path.read_bytes()
    place = end.rfind(b"PK\x05\x06") + 12
    path.write_bytes(end[:place] + struct.pack("<I", 400_000_000) + end[place + 4 :])
    assert "太多" in refusal(path)


@pytest.mark.parametrize("name", ["../out.csv", "/tmp/out.csv", "a/../../out.csv", "C:\\out.csv", "..\\out.csv"])  # noqa: S108 - a hostile name
def test_a_path_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    assert "包外的路径" in refusal(zipped(folder, {name: b"a,b\n1,2\n"}))
    assert [each.name for each in tmp_path.rglob("*")] == ["in", "list.zip"]


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("list.csv")
    link.create_system, link.external_attr = 3, (S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "链接" in refusal(tmp_path / "a.zip")


def test_a_member_without_a_name_is_no_crash(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"AA.csv": b"a,b\n1,2\n"})
    path.write_bytes(path.read_bytes().replace(b"AA.csv", b"\x00A.csv"))
    assert only(path).cells == [["a", "b"], ["1", "2"]]


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": b"a,b\n1,2\n"})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(content))
    assert "密码" in refusal(path)


@pytest.mark.parametrize("password", [b"\x00\x00\x34\x12\x78\x56", b"\x01\x00\x01\x00\x01\x00"])
def test_a_locked_xls_is_refused(tmp_path: Path, password: bytes) -> None:
    path = made.xls(tmp_path / "a.xls", [["企业名称"]], password=True)
    path.write_bytes(path.read_bytes().replace(struct.pack("<HHH", 0, 0x1234, 0x5678), password))
    assert "密码" in refusal(path)


def test_a_locked_xlsx_and_a_locked_pdf_are_refused(tmp_path: Path) -> None:
    assert "密码" in refusal(made.compound(tmp_path / "a.xlsx", {"EncryptedPackage": b"", "EncryptionInfo": b""}))
    page = made.ruled([["企业名称", "城市"]], [100, 100])
    lock = f"/ID[<{'00' * 16}><{'00' * 16}>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{'11' * 32}>/U<{'22' * 32}>>>"
    assert "密码" in refusal(made.pdf(tmp_path / "a.pdf", [page], trailer=lock))


def test_a_cell_at_the_far_corner_of_xls_is_refused(tmp_path: Path) -> None:
    assert "65536" in refusal(made.xls(tmp_path / "a.xls", [["企业名称"]], cell_at=(65_535, 255)))


def test_a_million_repeated_cells_of_ods_are_cut_to_what_a_sheet_can_hold(tmp_path: Path) -> None:
    sheet = only(made.ods(tmp_path / "a.ods", [["企业名称"]] * 2, repeat=900_000))
    assert [len(cells) for cells in sheet.cells] == [16_384] * 2


def test_ten_thousand_sheets_are_refused(tmp_path: Path) -> None:
    many = {f"xl/worksheets/sheet{i}.xml": b"<worksheet/>" for i in range(10, 10_010)}
    assert "10,005 个工作表或部件" in refusal(one_cell_workbook(tmp_path, "A1", extra=many))
    sheets = "".join(f'<Worksheet ss:Name="{i}"><Table/></Worksheet>' for i in range(10_000))
    xml = made.spreadsheetml("").replace("</Workbook>", f"{sheets}</Workbook>")
    assert "个工作表" in refusal(text(tmp_path, xml))


def test_a_text_used_by_very_many_cells_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with Workbook(path, {"constant_memory": False}) as book:
        sheet = book.add_worksheet()
        for row in range(1_000):
            sheet.write_string(row, 0, "甲" * 32_000)
    assert "文字展开后超过 20 MB" in refusal(path, replace(Limits(), output_bytes=20_000_000))


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: made.docx(folder / "a.docx", made.p("&j;"), before=LAUGHS),
        lambda folder: one_cell_workbook(
            folder, "A1", extra={"xl/sharedStrings.xml": f"{LAUGHS}<sst>&j;</sst>".encode()}
        ),
        lambda folder: text(folder, made.spreadsheetml("<Row><Cell><Data>&j;</Data></Cell></Row>", before=LAUGHS)),
    ],
    ids=["docx", "xlsx", "xml"],
)
def test_entities_that_multiply_are_refused(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    assert "实体" in refusal(make(tmp_path))


def test_entities_of_a_page_are_not_followed(tmp_path: Path) -> None:
    sheet = only(text(tmp_path, LAUGHS.replace("x [", "html [", 1) + "<html><table><tr><td>&j;<td>甲</table>"))
    assert sum(len(cell) for cells in sheet.cells for cell in cells) < 5_000


def test_a_file_named_by_an_entity_is_not_read(tmp_path: Path) -> None:
    secret = text(tmp_path, "不能读的内容", "secret.txt")
    outside = f'<!DOCTYPE x [<!ENTITY j SYSTEM "{secret.as_uri()}">]>'
    assert "实体" in refusal(made.docx(tmp_path / "a.docx", made.p("&j;"), before=outside))
    late = f"<!--{'x' * 3_000}-->{outside}"
    sheets, _ = read_sheets(made.docx(tmp_path / "b.docx", made.p("&j;") + made.p("甲"), before=late))
    assert [cells for sheet in sheets for cells in sheet.cells] == [["甲"]]


def test_deep_nesting_is_refused_or_read_flat(tmp_path: Path) -> None:
    assert "嵌套" in refusal(text(tmp_path, "<table><tr><td>" * 50_000, "a.html"))
    assert only(text(tmp_path, f"<html>{'<div>' * 200_000}甲<table><tr><td>乙", "b.html")).cells[-1] == ["乙"]
    assert refusal(made.docx(tmp_path / "a.docx", "<w:sdt>" * 100_000))
    nested = made.p("甲")
    for _ in range(35):
        nested = f"<w:tbl><w:tr><w:tc>{nested}</w:tc></w:tr></w:tbl>"
    assert "嵌套" in refusal(made.docx(tmp_path / "b.docx", nested))


def test_a_million_cells_of_word_or_of_a_page_are_refused(tmp_path: Path) -> None:
    row = "<w:tr>" + "<w:tc><w:p/></w:tc>" * 100 + "</w:tr>"
    assert "500,000 格" in refusal(made.docx(tmp_path / "a.docx", f"<w:tbl>{row * 10_000}</w:tbl>"))
    assert "500,000 格" in refusal(text(tmp_path, "<table>" + f"<tr>{'<td>1' * 100}" * 10_000, "a.html"))
    assert "500,000 格" in refusal(text(tmp_path, "<table>" + "<tr><td colspan=1000 rowspan=60000>1" * 900, "b.html"))
    wide = f"<w:tr>{made.tc('', span=999) * 900}</w:tr>"
    assert "500,000 格" in refusal(made.docx(tmp_path / "b.docx", f"<w:tbl>{wide}</w:tbl>"))


def test_a_pdf_of_very_many_pages_is_refused(tmp_path: Path) -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    kids = b" ".join(b"%d 0 R" % i for i in range(10, 100_010))
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 100000/Kids[%s]>>" % kids}
    path = made.write_pdf(tmp_path / "a.pdf", objects | dict.fromkeys(range(10, 100_010), page))
    assert "2,000 页" in refusal(path)


@pytest.mark.parametrize(
    "objects",
    [
        {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>"},
        {1: b"<</Type/Catalog/Pages 1 0 R>>"},
        {1: b"[" * 100_000},
        {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 1/Kids[" + b"[" * 50_000 + b"]>>"},
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
            4: b"<</Length 5>>stream\n/X Do\nendstream",
            5: b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 10/Resources<</XObject<</X 5 0 R>>>>>>stream\n"
            b"/X Do /X Do\nendstream",
        },
    ],
    ids=["tree of itself", "no tree", "brackets", "brackets in tree", "form that draws itself"],
)
def test_a_pdf_that_goes_round_in_circles_is_refused(tmp_path: Path, objects: dict[int, bytes]) -> None:
    assert refusal(made.write_pdf(tmp_path / "a.pdf", objects))


def test_a_pdf_page_that_takes_for_ever_is_refused(tmp_path: Path) -> None:
    packed = zlib.compress(b"0 0 m " * 3_000_000)
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        4: b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
    }
    path = made.write_pdf(tmp_path / "a.pdf", objects)
    assert "用时过长" in refusal(path, replace(Limits(), page_cpu_seconds=1))


def test_300_mb_of_text_are_refused_by_size(tmp_path: Path) -> None:
    from import_scripts.reading import open_file
    from registry.errors import FileRefused

    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    with pytest.raises(FileRefused, match="300 MB，超过 200 MB"), open_file(path):
        pass


def test_a_page_is_never_trusted_as_markup(tmp_path: Path) -> None:
    sheet = only(
        text(tmp_path, "<html><table><tr><td onclick=x()>&lt;script&gt;1&lt;/script&gt;<td><script>2</script>甲")
    )
    assert sheet.cells == [["<script>1</script>", "甲"]]
