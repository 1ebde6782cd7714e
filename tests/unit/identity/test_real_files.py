"""The identifiers in published files: what passes, and why the rest does not."""

import csv
import gzip
import re
from pathlib import Path

import pytest

from registry.identity import (
    city_of,
    covers,
    explain_code,
    fold_name,
    industry,
    is_registration_number,
    is_uscc,
    looks_like_firm_name,
    normalise_code,
    parse_registration_number,
    region,
    resolve_region,
)

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def registrations(real_data: Path) -> list[dict[str, str]]:
    path = real_data / "company-registrations-2019/registrations.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_registered_codes_are_valid(registrations: list[dict[str, str]]) -> None:
    assert len(registrations) == 35713
    assert [r for r in registrations if not is_uscc(normalise_code(r["统一社会信用代码"]))] == []


def test_all_15_digit_numbers_beside_them_pass_their_check_digit(registrations: list[dict[str, str]]) -> None:
    numbers = [parse_registration_number(r["注册号"]) for r in registrations if r["注册号"]]
    assert [n.form for n in numbers].count("gs15") == 18784
    assert [n.form for n in numbers].count("cooperative") == 26
    assert [n for n in numbers if n.warnings] == []


def test_shandong_has_4275_codes_530_old_numbers_and_5_wrong_check_characters(real_data: Path) -> None:
    codes = [r["统一社会信用代码"] for r in rows_of(real_data / "uscc-lists/shandong-2018.csv")]
    old = [code for code in codes if is_registration_number(code)]
    wrong = [code for code in codes if not is_uscc(code) and not is_registration_number(code)]
    assert (sum(map(is_uscc, codes)), len(old), len(wrong)) == (4275, 530, 5)
    assert {explain_code(code).kind for code in wrong} == {"uscc"}
    parsed = [parse_registration_number(code) for code in old]
    assert sum(n.form == "cooperative" for n in parsed) == 4
    assert sum(bool(n.warnings) for n in parsed) == 2


def test_a_letter_o_in_shandong_is_shown_as_a_probable_zero(real_data: Path) -> None:
    codes = [r["统一社会信用代码"] for r in rows_of(real_data / "uscc-lists/shandong-2018.csv")]
    with_o = [explain_code(code) for code in codes if len(code) == 18 and "O" in code]
    assert all("（可能是 0）" in explained.message.zh for explained in with_o)
    assert with_o


def test_all_foundries_have_valid_codes(real_data: Path) -> None:
    rows = rows_of(real_data / "uscc-lists/foundries-2021.csv")
    assert len(rows) == 998
    assert all(is_uscc(row["统一信用代码"]) for row in rows)


def test_every_region_code_resolves_or_is_a_statistics_code(registrations: list[dict[str, str]]) -> None:
    """Not in GB/T 2260: zones and catch-alls of statistics (…7x, …99), and two placeholders for a city:

    xx90 for counties governed by their province, 1201 for the districts of a municipality.
    """
    statistics = re.compile(r"[0-9]{4}(?:7[0-9]|99)|[0-9]{2}90|(?:11|12|31|50)0[12]")
    for code in {r[field] for r in registrations for field in ("城市代码", "区县代码")} - {""}:
        assert region(code) is not None or statistics.fullmatch(code), code
        found = resolve_region(code=code)
        assert found is not None
        assert covers(found.code, code), code


def test_names_of_cities_agree_with_their_codes(registrations: list[dict[str, str]]) -> None:
    for province, city, code in {(r["省份"], r["城市"], r["城市代码"]) for r in registrations}:
        by_name, by_code = resolve_region(province=province, city=city), resolve_region(code=code)
        assert by_name is not None
        assert by_code is not None
        assert city_of(by_name.code) == city_of(by_code.code), (province, city, code)


def test_names_keep_apart_after_folding(registrations: list[dict[str, str]]) -> None:
    names = {r["企业名称"] for r in registrations}
    assert len(names) - len({fold_name(name) for name in names}) <= 5
    assert sum(map(looks_like_firm_name, names)) / len(names) > 0.98


def test_the_industry_codes_of_listed_firms_are_known(real_data: Path) -> None:
    rows = rows_of(real_data / "listed-companies-2020/listed_companies.csv")
    columns = [c for c in rows[0] if c.lower().startswith("guobiao") and "code" in c.lower()]
    codes = {row[c].strip() for row in rows for c in columns} - {""}
    assert sum(industry(code) is not None for code in codes) >= 0.9 * len(codes)
