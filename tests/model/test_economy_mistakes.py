"""Mistakes in what a closed economy is told: each is refused at once, with the key, the value and the remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catallaxy.core.errors import CatallaxyError
from tests.model.closed_economy import assert_closed, closed

OIL: dict[str, Any] = {"name": "oil", "kind": "finite", "intensity": 0.05}
MARGINS: dict[str, Any] = {"network__topology": "from_margins"}

MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "no firms": ({"firms__number": 0}, "firms.number is 0; Input should be greater than or equal to 1"),
    "no banks": ({"banks__number": 0}, "banks.number is 0; Input should be greater than or equal to 1"),
    "no ticks": ({"clock__ticks_per_day": 0}, "clock.ticks_per_day is 0; Input should be greater than or equal to 1"),
    "more banks than customers": (
        {"banks__number": 200},
        "banks.number is 200; there are 160 households (traders) to keep accounts; give fewer banks or more traders",
    ),
    "more firms than workers": (
        {"firms__number": 500},
        "firms.number is 500; with resource firms that is 505, and 160 households (traders) to work; give fewer, or "
        "more traders",
    ),
    "stocks beside firms": (
        {"stocks__number": 7},
        'stocks.number is 7; with macro.form = "full" its firms and banks are listed; set firms.number and '
        "banks.number instead",
    ),
    "a resource twice": (
        {"resources": (OIL, OIL)}, "resources[1].name is 'oil'; resources[0] has that name; name each once"
    ),
    "a resource with the ticker of a bank": (
        {"resources": (OIL, {**OIL, "name": "b01"})},
        "resources[1].name is 'b01'; its firm would be listed as B01, and so would another; choose a name that begins "
        "otherwise",
    ),
    "a rate below the bound": (
        {"macro__policy_rate": -0.005},
        "macro.policy_rate is -0.005; it lies below central_bank.lower_bound = 0; raise it, or lower the bound",
    ),
    "banks that open too weak": (
        {"macro__capital_ratio": 0.001},
        "macro.capital_ratio is 0.001; banks would open with less than prudential.total = 0.08 and fail; raise it, or "
        "lower the rule",
    ),
    "no capital": ({"macro__capital_ratio": 0.0}, "macro.capital_ratio is 0.0; Input should be greater than 0"),
    "loans without deposits": (
        {"macro__household_deposits": 0.0},
        "macro.loans is 0.67; banks would lend more than their deposits and equity; lower it, or raise "
        "macro.household_deposits",
    ),
    "margins of too few banks": (
        {**MARGINS, "network__assets": (10, 20), "network__liabilities": (10, 20)},
        "the number of assets is 2; give one total of assets for each of the 3 banks",
    ),
    "margins that do not match": (
        {**MARGINS, "network__assets": (10, 20, 30), "network__liabilities": (10, 20, 40)}, "70"
    ),
    "an explosive rule": (
        {"central_bank__phi_pi": 0.5, "expectations__rule": "heuristic_switching"},
        "central_bank.phi_pi is 0.5; with heuristic_switching expectations nothing brings inflation back: raise phi_pi "
        "above 1, use anchored expectations, or set central_bank.allow_unstable = true",
    ),
    "a path without a file": (
        {"central_bank__rule": "path"},
        "central_bank: the rule path needs a file; give path, a CSV with columns month and rate",
    ),
    "an unknown regulator's rule": (
        {"regulator": {"schedule": [{"rule": "nope"}]}}, "unknown key 'regulator.schedule[0].rule.nope'"
    ),
    "a shock on an unknown symbol": (
        {"shocks": ({"kind": "symbol_halt", "at": 5, "symbols": ["TSLA"]},)},
        "shocks[0].symbols is 'TSLA'; listed are C001, C002, C003, C004, C005, C006, OIL, LITH, REEL, WATR, LAND, "
        "B01, B02, B03",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_its_key_and_the_remedy(mistake: str) -> None:
    changes, message = dict(MISTAKES[mistake][0]), MISTAKES[mistake][1]
    shocks = changes.pop("shocks", ())
    with pytest.raises(CatallaxyError) as caught:
        closed(*shocks, **changes)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("month,rate\n1,0.02\n3,0.02\n", "row 2: month is 3, due was 2; months go 1, 2, 3 ... without a gap"),
        ("m,r\n1,0.02\n", "has no column 'month'; found: m, r"),
        ("month,rate\n1,-0.05\n", "row 1: rate is -0.05; give a fraction from 0 to 1, 0.05 for 5 %"),
        ("month,rate\n", "it has no rows; give a month and a rate in each"),
    ],
)
def test_a_rate_path_that_cannot_be_followed_is_refused_with_its_row(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "rates.csv").write_text(text)
    with pytest.raises(CatallaxyError) as caught:
        closed(central_bank__rule="path", central_bank__path=str(tmp_path / "rates.csv"))
    assert message in str(caught.value)


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("changes", [{"resources": ()}, {"banks__number": 1}, {"clock__ticks_per_day": 1}])
def test_what_is_small_but_fits_runs(changes: dict[str, Any]) -> None:
    economy = closed(**changes)
    economy.run(days=63)
    assert_closed(economy)
