"""Calendars of shocks drawn at random: whatever strikes when, every identity holds, and what halts keeps nothing.

A run may halt only in a sentence of its own errors; then tables, ledger and folder are those of the last sealed tick.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catallaxy.core.errors import CatallaxyError, Halted, IdentityBroken, Overdraft
from catallaxy.model.economy import Economy
from catallaxy.model.runs import replay, resume
from catallaxy.model.shocks import SHOCK_KINDS
from tests.model import killed_economy
from tests.model.closed_economy import assert_closed, behind, closed, lived
from tests.model.small_economy import everything

pytestmark = pytest.mark.compiled  # economies of many months: minutes without compilation

END = 50
RESOURCES = (
    "oil", "lithium", "rare_earths", "fresh_water", "arable_land", "carbon_credits", "intellectual_property",
)  # fmt: skip
SYMBOLS = ("C001", "C003", "OIL", "B01", "B03")
REGULATED: dict[str, Any] = {
    "psychology__enabled": True,
    "regulator": {
        "schedule": [
            {"rule": "circuit_breaker", "at": 2}, {"rule": "transaction_tax", "at": 15, "until": 30, "preset": "italy"},
        ]
    },
}  # fmt: skip


def _size(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


_SHARE, _BANK = _size(0.01, 1.0), st.sampled_from(["B01", "B02", "B03"])
_SOME = st.lists(st.sampled_from(SYMBOLS), max_size=3, unique=True).map(tuple)
_DETAILS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "fundamental_jump": {"size": _size(-0.99, 10.0), "symbols": _SOME},
    "order_flood": {"size": _SHARE, "side": st.sampled_from(["buy", "sell"]), "symbols": _SOME},
    "symbol_halt": {"symbols": _SOME},
    "mood": {"size": _size(-1.0, 1.0).filter(bool), "half_life_days": _size(0.5, 100.0)},
    "rate_change": {"size": _size(-0.2, 0.5)},
    "inflation_scare": {"size": _size(-0.2, 0.5)},
    "wage_push": {"size": _size(-0.5, 1.0)},
    "demand_shift": {"size": _size(-2.0, 2.0)},
    "resource_strike": {"resource": st.sampled_from(RESOURCES), "share": _SHARE, "months": st.integers(0, 3)},
    "resource_discovery": {"resource": st.sampled_from(RESOURCES), "share": _size(0.01, 1000.0)},
    "bank_loss": {"bank": _BANK, "share": _SHARE},
    "run": {"bank": _BANK, "share": _SHARE},
    "credit_crunch": {"size": _size(0.001, 0.15)},
    "helicopter": {"size": _size(0.001, 10.0), "shared": st.sampled_from(["equally", "by_deposits"])},
}
_LASTING = ("fundamental_jump", "order_flood", "symbol_halt", "rate_change", "credit_crunch")


@st.composite
def shocks(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(_DETAILS)))
    shock = {"kind": kind, "at": draw(st.sampled_from([1, 20, 21, 22, 41, 42, 43]))}
    shock |= {name: draw(value) for name, value in _DETAILS[kind].items()}
    if kind in _LASTING:
        shock["until"] = shock["at"] + draw(st.integers(0, 30))
    return shock


calendars = st.lists(shocks(), min_size=1, max_size=8)


def live_through(calendar: list[dict[str, Any]]) -> None:
    """Live through a calendar with full identities each tick; a halt must leave what the last seal left."""
    economy = closed(*calendar, **REGULATED)
    halted = _run(economy)
    if halted is not None:
        cause = halted.__cause__
        assert isinstance(cause, CatallaxyError), halted
        assert not isinstance(cause, (IdentityBroken, Overdraft)), halted
        economy.recover()
        assert economy.tick == halted.tick - 1
    assert_closed(economy)
    assert int(economy.ledger.holdings[behind(economy).households.owners].min()) >= 0


def _run(economy: Economy) -> Halted | None:
    """Run to the end; return the halt that came before it, if one did."""
    try:
        economy.run(days=END)
    except Halted as halted:
        return halted
    return None


def test_the_calendars_know_every_kind_of_shock() -> None:
    assert set(_DETAILS) == set(SHOCK_KINDS)


@given(calendars)
@settings(
    max_examples=12, derandomize=True, deadline=None, phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
def test_whatever_strikes_when_every_account_closes(calendar: list[dict[str, Any]]) -> None:
    live_through(calendar)


@pytest.mark.slow
@given(calendars)
@settings(
    max_examples=40, derandomize=True, deadline=None, phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
def test_many_calendars_close_as_well(calendar: list[dict[str, Any]]) -> None:
    live_through(calendar)


# -- halts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["lend", "extract", "consume", "fail", "settle reserves", "resolve", "accounts"])
def test_a_month_that_halts_keeps_nothing_of_it(stage: str, tmp_path: Path) -> None:
    shock = {"kind": "bank_loss", "at": 40, "bank": "B01", "share": 1.0}
    economy, blown = closed(shock, out=tmp_path / "run"), [False]

    def blow(economy: Economy) -> None:
        """Blow once, with all that the stage did in place."""
        if economy.tick == 42 and not blown[0]:
            blown[0] = True
            raise RuntimeError("the fuse blew")

    economy.schedule.after(stage, blow)
    with pytest.raises(Halted, match=r"halted in tick 42, stage 'blow'"):
        economy.run(days=END)
    assert economy.tick == 41
    assert economy.table("events")["tick"].max() <= 41
    economy.close()
    again = resume(tmp_path / "run")
    assert everything(again) == everything(lived(41, shock))
    again.run(days=END - 41)
    assert everything(again) == everything(lived(END, shock))
    again.close()
    assert replay(tmp_path / "run") is None


def test_an_economy_killed_while_its_month_ends_goes_on_to_the_same_head(tmp_path: Path) -> None:
    script = Path(killed_economy.__file__)
    out = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "run")], capture_output=True, text=True, check=True, timeout=120,
        cwd=Path(__file__).parents[2], env=_environment(),
    ).stdout  # fmt: skip
    killed, *ended = json.loads(out)
    assert killed == len(killed_economy.KILLS)
    assert ended == list(everything(lived(killed_economy.DAYS, killed_economy.SHOCK)))
    assert replay(tmp_path / "run") is None


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([*filter(None, [os.environ.get("PYTHONPATH")]), root])}
