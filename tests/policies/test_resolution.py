"""Who bears which loss, and how estates are paid out by rank."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds
from catallaxy.policies.insolvency import estate_waterfall
from catallaxy.policies.resolution import LossByLayer, capital_missing, loss_waterfall, shared_out

AMOUNT = st.integers(0, 10**15)


@pytest.mark.parametrize(
    ("loss", "borne"),
    [
        (0, (0, 0, 0, 0)),
        (30, (30, 0, 0, 0)),
        (50, (50, 0, 0, 0)),
        (120, (50, 60, 10, 0)),
        (300, (50, 60, 150, 40)),
        (960, (50, 60, 150, 700)),
    ],
)
def test_a_loss_climbs_the_ladder_layer_by_layer(loss: int, borne: tuple[int, int, int, int]) -> None:
    assert loss_waterfall(equity=50, interbank=60, uninsured=150, insured=700, loss=loss) == LossByLayer(*borne)


def test_what_is_secured_loses_last_and_is_made_good_by_the_public() -> None:
    losses = loss_waterfall(equity=50, interbank=0, uninsured=10, insured=20, loss=85, senior=40)
    assert losses == LossByLayer(50, 0, 10, 20, 5)
    assert (losses.total, losses.public) == (85, 25)


def test_a_bank_cannot_lose_more_than_it_has() -> None:
    with pytest.raises(OutOfBounds) as caught:
        loss_waterfall(equity=50, interbank=60, uninsured=150, insured=700, loss=961)
    assert str(caught.value) == "loss is 961; the layers add up to 960, and a bank loses no more than it has"


@pytest.mark.parametrize("layer", ["equity", "interbank", "uninsured", "insured", "senior", "loss"])
def test_an_amount_below_zero_is_refused_by_name(layer: str) -> None:
    amounts = {"equity": 0, "interbank": 0, "uninsured": 0, "insured": 0, "senior": 0, "loss": 0}
    with pytest.raises(OutOfBounds) as caught:
        loss_waterfall(**{**amounts, layer: -1})
    assert str(caught.value) == f"{layer} is -1; give an amount of 0 or more"


@given(st.lists(AMOUNT, min_size=5, max_size=5), st.floats(0.0, 1.0))
def test_nobody_loses_before_those_below_him_have_lost_everything(layers: list[int], share: float) -> None:
    equity, interbank, uninsured, insured, senior = layers
    loss = int(sum(layers) * share)
    loss = min(loss, sum(layers))
    losses = loss_waterfall(equity, interbank, uninsured, insured, loss, senior=senior)
    borne = [losses.equity, losses.interbank, losses.uninsured, losses.insured, losses.senior]
    assert sum(borne) == loss
    for rank, (mine, layer) in enumerate(zip(borne, layers, strict=True)):
        assert 0 <= mine <= layer
        assert mine == 0 or borne[:rank] == layers[:rank]


@given(st.lists(AMOUNT, min_size=1, max_size=8), st.floats(0.0, 1.0))
def test_what_is_shared_out_adds_up_and_takes_no_more_than_there_is(parts: list[int], share: float) -> None:
    total = min(int(sum(parts) * share), sum(parts))
    borne = shared_out(total, parts)
    assert int(borne.sum()) == total
    assert all(0 <= mine <= part for mine, part in zip(borne.tolist(), parts, strict=True))
    assert all(abs(mine * sum(parts) - total * part) < sum(parts) or total == 0
               for mine, part in zip(borne.tolist(), parts, strict=True))  # fmt: skip


def test_more_than_the_parts_cannot_be_shared_out() -> None:
    with pytest.raises(OutOfBounds) as caught:
        shared_out(11, np.array([4, 6]))
    assert str(caught.value) == "total is 11; the parts bear 0 to 10"


@given(st.floats(0.001, 1.0), st.floats(0.0, 1e13), st.integers(-(10**12), 10**12))
def test_missing_capital_is_the_least_that_reaches_the_ratio(target: float, weighted: float, equity: int) -> None:
    capital = capital_missing(target, weighted, equity)
    assert capital >= 0
    if weighted > 0.0:
        assert (equity + capital) / weighted >= target
        assert capital == 0 or (equity + capital - 1) < target * weighted * (1.0 + 1e-12)


def test_an_estate_pays_wages_before_taxes_before_banks() -> None:
    assert estate_waterfall(100, [[30, 20], [25], [40, 20]]) == [[30, 20], [25], [17, 8]]
    assert estate_waterfall(40, [[30, 20], [25], [40, 20]]) == [[24, 16], [0], [0, 0]]
    assert estate_waterfall(500, [[30, 20], [25], [40, 20]]) == [[30, 20], [25], [40, 20]]
    assert estate_waterfall(0, [[], [7]]) == [[], [0]]


@given(AMOUNT, st.lists(st.lists(AMOUNT, max_size=4), max_size=4))
def test_a_class_gets_nothing_until_those_before_it_are_whole(estate: int, classes: list[list[int]]) -> None:
    paid = estate_waterfall(estate, classes)
    assert sum(map(sum, paid)) == min(estate, sum(map(sum, classes)))
    for rank, claims in enumerate(classes):
        assert all(0 <= got <= due for got, due in zip(paid[rank], claims, strict=True))
        assert sum(paid[rank]) == 0 or paid[:rank] == classes[:rank]


def test_an_estate_below_zero_is_refused() -> None:
    with pytest.raises(OutOfBounds, match="estate is -1; give an amount of 0 or more"):
        estate_waterfall(-1, [])
    with pytest.raises(OutOfBounds, match="a claim of class 1 is -5"):
        estate_waterfall(10, [[3], [-5]])
