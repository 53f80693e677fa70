"""Sides and sectors have one number and one word each."""

from __future__ import annotations

import pytest

from catallaxy.core.units import SECTOR_CODE, SECTORS, Sector, Side


@pytest.mark.parametrize(
    ("word", "side"), [("buy", Side.BUY), ("SELL", Side.SELL), (0, Side.BUY), (Side.SELL, Side.SELL)]
)
def test_a_side_is_named_in_any_case_or_numbered(word: str | int, side: Side) -> None:
    assert Side.of(word) is side


def test_a_side_that_is_neither_is_refused_with_the_two_words() -> None:
    with pytest.raises(ValueError) as caught:
        Side.of("hold")

    assert str(caught.value) == "side is 'hold'; give 'buy' or 'sell'"


def test_a_side_is_the_row_of_a_two_sided_array() -> None:
    assert (int(Side.BUY), int(Side.SELL)) == (0, 1)


def test_sector_codes_number_the_columns_of_the_balance_sheet() -> None:
    assert [SECTOR_CODE[sector] for sector in SECTORS] == list(range(7))
    assert [sector.value for sector in Sector] == ["H", "F", "B", "CB", "G", "X", "W"]
