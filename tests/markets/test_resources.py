"""Resources: rules with known answers, hazards at their frequency, and accounts that close to the unit."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catallaxy.core.errors import IdentityBroken, OutOfBounds
from catallaxy.core.parameters import Parameters
from catallaxy.markets.resource_rules import (
    chance_of,
    cost_factor,
    hotelling_path,
    permits_of_month,
    regrowth,
)
from catallaxy.markets.resources import Resources, ResourceSettings, default_resources

CALM: dict[str, Any] = {"discovery_hazard": 0.0, "catastrophe_hazard": 0.0}


def oil(years: float = 10.0, **changes: Any) -> ResourceSettings:
    return ResourceSettings(name="oil", kind="finite", years=years, **(CALM | changes))


def water(**changes: Any) -> ResourceSettings:
    return ResourceSettings(name="fresh_water", kind="renewable", years=100.0, **(CALM | changes))


def carbon(**changes: Any) -> ResourceSettings:
    return ResourceSettings(name="carbon_credits", kind="artificial", years=1.0, **(CALM | changes))


# Rules


def test_a_hazard_a_year_is_a_chance_a_month() -> None:
    """Twelve months without a discovery are as likely as a year without."""
    assert chance_of(0.25) == pytest.approx(1 - math.exp(-0.25 / 12))
    assert (1 - chance_of(0.25)) ** 12 == pytest.approx(1 - chance_of(0.25, periods_a_year=1))
    assert chance_of(0.0) == 0.0


def test_extraction_costs_rise_as_reserves_fall() -> None:
    """A quarter of the base costs twice as much; empty reserves as much as their last unit."""
    assert cost_factor([100, 25, 400, 1, 0], 100).tolist() == [1.0, 2.0, 0.5, 10.0, 10.0]
    assert cost_factor([25], 100, exponent=1.0).tolist() == [4.0]


def test_the_greatest_sustainable_yield_is_at_half_the_carrying_capacity() -> None:
    yields = [12 * regrowth(stock, 1_000, 0.05) for stock in range(0, 1_001, 50)]
    assert max(yields) == pytest.approx(0.05 * 1_000 / 4)
    assert yields.index(max(yields)) == 10
    assert yields[0] == yields[-1] == 0.0
    assert regrowth(1_100, 1_000, 0.05) < 0.0


@given(st.integers(0, 10**9), st.floats(0.0, 0.5), st.integers(0, 40))
def test_a_years_permits_add_up_to_its_cap(yearly: int, decline: float, year: int) -> None:
    months = [permits_of_month(yearly, decline, 12 * year + k) for k in range(1, 13)]
    assert sum(months) == round(yearly * (1 - decline) ** year)
    assert max(months) - min(months) <= 1


@given(st.floats(0.5, 1_000), st.floats(1, 1e3), st.floats(0.1, 20), st.floats(0.01, 0.2))
def test_hotellings_stock_ends_as_its_price_reaches_the_choke_price(m: float, choke: float, b: float, r: float) -> None:
    """For stocks of ``m`` months of the greatest demand there could be."""
    stock = m * b * choke
    path = hotelling_path(stock, choke, b, r)
    assert np.allclose(np.diff(np.log(path.price)), r / 12, rtol=1e-6)
    assert path.price[-1] >= choke > path.price[:-1].max()
    assert abs(path.left[-1]) < 1e-9 * stock
    assert (path.quantity > 0).sum() == len(path.price) - 1


def test_more_in_the_ground_is_cheaper_and_lasts_longer() -> None:
    small, large = hotelling_path(1e4, 100, 1, 0.05), hotelling_path(2e4, 100, 1, 0.05)
    assert large.price[0] < small.price[0]
    assert len(large.price) > len(small.price)
    with pytest.raises(OutOfBounds, match=r"rate is 0\.0; give a number above 0"):
        hotelling_path(1e4, 100, 1, 0.0)


# The component


def test_the_default_economy_has_seven_resources_of_three_kinds() -> None:
    kinds = {one.name: one.kind for one in default_resources()}
    assert kinds == {
        "oil": "finite", "lithium": "finite", "rare_earths": "finite",
        "fresh_water": "renewable", "arable_land": "renewable",
        "carbon_credits": "artificial", "intellectual_property": "artificial",
    }  # fmt: skip
    assert all(one.catastrophe_hazard == 0.1 for one in default_resources())
    assert [one.name for one in default_resources() if one.discovery_hazard != 0.25] == ["carbon_credits"]
    assert all(isinstance(one, Parameters) for one in default_resources())


def test_a_finite_stock_falls_by_what_is_extracted_and_by_nothing_else() -> None:
    resources = Resources([oil()], [100], seed=1)
    for month in range(1, 13):
        assert resources.hazards(month) == []
        resources.extract([90])
        assert resources.renew(month).tolist() == [0]
    assert resources.base.tolist() == [12_000]
    assert resources.reserves.tolist() == [12_000 - 12 * 90]
    assert resources.scarcity().tolist() == pytest.approx([0.09])
    assert resources.extraction_cost(0) == pytest.approx(0.91**-0.5)


def test_a_renewable_stock_bears_its_initial_use_for_ever() -> None:
    """At the opening renewal equals use, to the unit over forty years."""
    resources = Resources([water()], [1_000], seed=1)
    for month in range(1, 481):
        resources.hazards(month)
        resources.extract([1_000])
        resources.renew(month)
    assert abs(int(resources.reserves[0] - resources.base[0])) <= 1


def test_a_renewable_stock_that_is_overused_is_exhausted() -> None:
    """Twice the initial use is above the greatest sustainable yield, 1.5625 times that use."""
    resources = Resources([water()], [1_000], seed=1)
    for month in range(1, 2_000):
        resources.hazards(month)
        resources.extract(np.minimum(2_000, resources.capacity(month)))
        resources.renew(month)
    assert resources.reserves[0] < 2_000
    resources.check()


def test_fractions_of_renewal_are_carried_and_not_lost() -> None:
    """A stock of a dozen units regrows by far less than one a month, and yet regrows."""
    resources = Resources([water()], [1], seed=1)
    resources.hazards(1)
    resources.strike("fresh_water", 0.99)
    assert resources.reserves.tolist() == [12]
    for month in range(1, 241):
        if month > 1:
            resources.hazards(month)
        resources.renew(month)
    assert resources.reserves[0] == pytest.approx(12 * math.exp(0.05 * 20), rel=0.06)


def test_permits_are_issued_under_a_cap_that_falls() -> None:
    """A year's float is in the pool at the opening; 2 % fewer come each year."""
    resources = Resources([carbon()], [100], seed=1)
    issued = []
    for month in range(1, 37):
        resources.hazards(month)
        resources.extract([100])
        issued.append(int(resources.renew(month)[0]))
    assert [sum(issued[12 * y : 12 * y + 12]) for y in range(3)] == [1_200, 1_176, round(1_200 * 0.98**2)]
    assert issued == [int(resources.permits(month)[0]) for month in range(1, 37)]
    assert resources.reserves[0] == 1_200 + sum(issued) - 3_600
    assert resources.extraction_cost(0) == 1.0


def test_capacity_is_the_unblocked_rate_or_what_is_left() -> None:
    resources = Resources([oil(), carbon()], [100, 100], seed=1)
    resources.hazards(1)
    assert resources.capacity(1).tolist() == [200, 1_200]
    resources.extract([150, 0])
    assert resources.capacity(1).tolist() == [50, 1_200]
    resources.strike("oil", 0.5, months=3)
    assert resources.capacity(1).tolist() == [0, 1_200]
    assert resources.capacity(2).tolist() == [100, 1_200]
    assert resources.capacity(4).tolist() == [200, 1_200]
    resources.strike("oil", 0.999)
    assert resources.capacity(4).tolist() == [12, 1_200]


def test_what_is_beyond_capacity_is_refused_and_nothing_is_taken() -> None:
    resources = Resources([oil(), carbon()], [100, 100], seed=1)
    resources.hazards(1)
    with pytest.raises(OutOfBounds, match="extraction of oil is 201; month 1 allows 200"):
        resources.extract([201, 5])
    assert resources.extracted.tolist() == [0, 0]
    for wrong in ([-1, 0], [1.5, 0], [1]):
        with pytest.raises(OutOfBounds):
            resources.extract(wrong)


def test_a_month_begins_once_and_is_renewed_once() -> None:
    resources = Resources([oil()], [100], seed=1)
    with pytest.raises(OutOfBounds, match="month is 1; month 0 is under way"):
        resources.renew(1)
    resources.hazards(1)
    resources.renew(1)
    with pytest.raises(OutOfBounds, match="month is 1; month 1 is under way, renewed once, at its end"):
        resources.renew(1)
    with pytest.raises(OutOfBounds, match="month is 1; month 1 has begun; each begins once, in order"):
        resources.hazards(1)


def test_forced_events_do_what_they_say() -> None:
    """A discovery of a tenth of the base, a loss of half of what there is, a blockade of all of it."""
    resources = Resources([oil(), water()], [100, 1_000], seed=1)
    resources.hazards(1)
    found = resources.discover("oil", 0.1)
    assert (found.kind, found.units, found.share, found.month) == ("discovery", 1_200, 0.1, 1)
    lost = resources.strike("oil", 0.5)
    assert (lost.kind, lost.units, lost.until) == ("catastrophe", 6_600, 0)
    assert resources.reserves.tolist() == [6_600, 1_200_000]
    blocked = resources.strike("oil", 1.0, months=2)
    assert (blocked.units, blocked.until) == (0, 3)
    assert [int(resources.capacity(month)[0]) for month in (1, 2, 3)] == [0, 0, 200]
    carrying = int(resources.carrying[1])
    assert resources.carrying[1] == carrying
    resources.discover("fresh_water", 0.05)
    assert resources.carrying[1] == carrying + 60_000
    assert resources.scarcity().tolist() == pytest.approx([0.45, -0.05])


def test_of_two_blockades_the_greater_share_and_the_later_end_hold() -> None:
    resources = Resources([oil()], [100], seed=1)
    resources.hazards(1)
    resources.strike("oil", 0.75, months=1)
    resources.strike("oil", 0.25, months=5)
    assert [int(resources.capacity(month)[0]) for month in (1, 5, 6)] == [50, 50, 200]
    resources.hazards(6)
    resources.strike("oil", 0.25, months=1)
    assert int(resources.capacity(6)[0]) == 150


def test_an_unknown_target_or_an_impossible_share_is_refused_with_the_remedy() -> None:
    resources = Resources([oil()], [100], seed=1)
    with pytest.raises(OutOfBounds, match="resource is 'oli'; give a known one; did you mean 'oil'"):
        resources.strike("oli", 0.5)
    for share in (-0.1, 1.1, math.nan):
        with pytest.raises(OutOfBounds, match="give a share from 0 to 1"):
            resources.strike("oil", share)
    with pytest.raises(OutOfBounds, match="give a number above 0"):
        resources.discover("oil", 0.0)
    with pytest.raises(OutOfBounds, match="months is -1"):
        resources.strike("oil", 0.5, months=-1)
    with pytest.raises(OutOfBounds, match="give each resource a name of its own"):
        Resources([oil(), oil()], [1, 1], seed=1)
    with pytest.raises(OutOfBounds, match="initial_use is 0; give 1 or more"):
        Resources([oil()], [0], seed=1)


def test_hazards_strike_at_their_annual_frequency(scaled: Callable[[int], int]) -> None:
    """40 resources over 100 years: 1,000 discoveries and 400 catastrophes, all within four standard errors."""
    months = scaled(1_200)
    many = [ResourceSettings(name=f"ore_{k}", kind="finite", years=1_000.0) for k in range(40)]
    resources = Resources(many, [10_000] * 40, seed=11)
    events = [event for month in range(1, months + 1) for event in resources.hazards(month)]
    finds = [event.share for event in events if event.kind == "discovery"]
    blockades = [event.share for event in events if event.until]
    losses = [event.share for event in events if event.kind == "catastrophe" and not event.until]

    for found, chance in ((finds, chance_of(0.25)), (blockades + losses, chance_of(0.1))):
        due = 40 * months * chance
        assert abs(len(found) - due) < 4 * math.sqrt(due)
    assert np.log(finds).mean() == pytest.approx(math.log(0.05) - 0.5, abs=4 / math.sqrt(len(finds)))
    assert np.log(finds).std() == pytest.approx(1.0, abs=4 / math.sqrt(2 * len(finds)))
    assert abs(len(blockades) - len(losses)) < 4 * math.sqrt(len(blockades) + len(losses))
    for shares, mean in ((blockades, 0.5), (losses, 0.1)):
        assert np.mean(shares) == pytest.approx(mean, abs=4 * mean / math.sqrt(3 * len(shares)))
        assert 0.0 <= min(shares) <= max(shares) <= 2 * mean
    resources.check()


def test_another_resource_moves_nobody_elses_draws() -> None:
    """Draws are keyed by name: the same oil is found with and without lithium before it."""
    lively = oil(discovery_hazard=3.0, catastrophe_hazard=3.0)
    lithium = ResourceSettings(name="lithium", kind="finite", discovery_hazard=5.0)
    alone, second = Resources([lively], [100], seed=5), Resources([lithium, lively], [50, 100], seed=5)
    for month in range(1, 61):
        assert alone.hazards(month) == [event for event in second.hazards(month) if event.name == "oil"]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.tuples(st.floats(0, 1), st.sampled_from("edlb")), max_size=24))
def test_every_unit_is_accounted_for(seed: int, acts: list[tuple[float, str]]) -> None:
    """Opening + discovered + renewed - extracted - lost = closing, whatever happens; stocks never fall below 0."""
    lively = [oil(1.0, discovery_hazard=6.0, catastrophe_hazard=6.0), water(catastrophe_hazard=6.0), carbon()]
    resources = Resources(lively, [7, 11, 13], seed=seed)
    for month, (share, act) in enumerate(acts, 1):
        resources.hazards(month)
        if act == "d" and share:
            resources.discover("fresh_water", share)
        elif act == "l":
            resources.strike("oil", share)
        elif act == "b":
            resources.strike("carbon_credits", share, months=2)
        resources.extract(np.floor(share * resources.capacity(month)).astype(np.int64))
        resources.renew(month)
        closing = resources.opening + resources.discovered + resources.renewed - resources.extracted - resources.lost
        assert closing.tolist() == resources.reserves.tolist()
        assert resources.reserves.min() >= 0
        assert resources.capacity(month).min() >= 0
        assert np.abs(resources.scarcity()).max() <= 1.0
        resources.check()


def test_a_unit_that_vanishes_is_named() -> None:
    resources = Resources([oil()], [100], seed=1)
    resources.reserves[0] -= 3
    with pytest.raises(IdentityBroken, match="identity resource accounts broken at oil by 3"):
        resources.check()


def test_resources_go_on_from_their_state() -> None:
    lively = [oil(discovery_hazard=4.0, catastrophe_hazard=4.0), water(catastrophe_hazard=4.0), carbon()]
    first = Resources(lively, [100, 1_000, 50], seed=3)

    def months(resources: Resources, begin: int, end: int) -> list[object]:
        events: list[object] = []
        for month in range(begin, end):
            events += resources.hazards(month)
            resources.extract(resources.capacity(month) // 2)
            events.append(resources.renew(month).tolist())
        return events

    months(first, 1, 20)
    arrays, values = first.state()
    second = Resources(lively, [100, 1_000, 50], seed=3)
    second.restore(arrays, json.loads(json.dumps(values)))
    assert months(first, 20, 60) == months(second, 20, 60)
    for ours, theirs in zip(first.state()[0].values(), second.state()[0].values(), strict=True):
        assert ours.tolist() == theirs.tolist()
    second.check()


def test_no_resources_at_all_are_resources_too() -> None:
    none = Resources([], np.zeros(0, np.int64), seed=1)
    assert none.hazards(1) == []
    assert none.capacity(1).tolist() == none.renew(1).tolist() == []
