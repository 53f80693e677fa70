"""A path of rates from a CSV file: taken as it is, or refused by row and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from catallaxy.core.errors import CatallaxyError, MissingColumn, OutOfBounds
from catallaxy.policies.monetary import MonetarySettings
from catallaxy.policies.policy_rule import Readings, policy_rule
from catallaxy.policies.rate_path import RatePath


def written(folder: Path, text: str) -> str:
    path = folder / "rates.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_bank_follows_the_file_month_by_month_and_keeps_its_last_rate(tmp_path: Path) -> None:
    source = written(tmp_path, "Rate,note,Month\n0.01,a,1\n0.02,b,2\n0.015,c,3\n\n")
    bank, seen = policy_rule(MonetarySettings(rule="path", path=source)), []
    for month in (1, 2, 3, 4, 40):
        seen.append(bank.decide(Readings(month, 0.5, 0.5, 0.1, 0.09)).rate)

    assert seen == [0.01, 0.02, 0.015, 0.015, 0.015]


def test_the_file_is_read_once(tmp_path: Path) -> None:
    source = written(tmp_path, "month,rate\n1,0.01\n")
    bank = policy_rule(MonetarySettings(rule="path", path=source))
    Path(source).unlink()

    assert bank.decide(Readings(1, 0.0, 0.0, 0.0, 0.05)).rate == 0.01


def test_a_byte_order_mark_and_rates_below_zero_are_read_where_the_bound_allows_it(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_bytes("\ufeffmonth,rate\r\n1,-0.005\r\n".encode())

    assert RatePath.read(str(path), lowest=-0.0075).rates == (-0.005,)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty; give a CSV with columns month and rate"),
        ("month,rate\n", "it has no rows; give a month and a rate in each"),
        ("month,rate\n1,0.01\n3,0.01\n", "row 2: month is 3, due was 2; months go 1, 2, 3 ... without a gap"),
        ("month,rate\n0,0.01\n", "row 1: month is 0, due was 1; months go 1, 2, 3 ... without a gap"),
        ("month,rate\n1,0.01\n1,0.01\n", "row 2: month is 1, due was 2; months go 1, 2, 3 ... without a gap"),
        ("month,rate\nJan,0.01\n", "row 1: month is 'Jan'; give a whole number, 1"),
        ("month,rate\n1,high\n", "row 1: rate is 'high'; give a number, 0.05 for 5 %"),
        ("month,rate\n1\n", "row 1: rate is ''; give a number, 0.05 for 5 %"),
        ("month,rate\n1,nan\n", "row 1: rate is 'nan'; give a number, 0.05 for 5 %"),
        ("month,rate\n1,inf\n", "row 1: rate is 'inf'; give a number, 0.05 for 5 %"),
        ("month,rate\n1,5.25\n", "row 1: rate is 5.25; give a fraction from 0 to 1, 0.05 for 5 %"),
        ("month,rate\n1,-0.01\n", "row 1: rate is -0.01; give a fraction from 0 to 1, 0.05 for 5 %"),
    ],
)
def test_a_file_that_is_no_path_is_refused_by_row_and_reason(tmp_path: Path, text: str, reason: str) -> None:
    source = written(tmp_path, text)

    with pytest.raises(CatallaxyError) as caught:
        RatePath.read(source)

    assert str(caught.value) == f"{source} cannot be read: {reason}"


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    source = written(tmp_path, "month,percent\n1,0.01\n")

    with pytest.raises(MissingColumn) as caught:
        RatePath.read(source)

    assert str(caught.value) == f"{source} has no column 'rate'; found: month, percent"


def test_a_missing_file_is_named() -> None:
    with pytest.raises(OutOfBounds) as caught:
        policy_rule(MonetarySettings(rule="path", path="no/such.csv"))

    assert str(caught.value) == (
        "central_bank.path is 'no/such.csv'; there is no such file; give a CSV with columns month and rate"
    )


def test_what_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_bytes(b"month,rate\n1,\xff\xfe\n")

    with pytest.raises(CatallaxyError, match="cannot be read"):
        RatePath.read(str(path))


def test_there_is_no_month_zero(tmp_path: Path) -> None:
    path = RatePath.read(written(tmp_path, "month,rate\n1,0.01\n"))

    with pytest.raises(OutOfBounds, match="month is 0"):
        path.rate(0)


def test_the_digest_tells_another_path(tmp_path: Path) -> None:
    one = RatePath.read(written(tmp_path, "month,rate\n1,0.01\n"))
    same = RatePath.read(written(tmp_path, "rate,month\n0.010,1\n"))
    other = RatePath.read(written(tmp_path, "month,rate\n1,0.011\n"))

    assert one.digest == same.digest != other.digest
