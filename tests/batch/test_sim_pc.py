"""SIM and PC: the book's numbers, and what must hold of them whatever the parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catallaxy.batch.replications import replicate
from catallaxy.batch.replications.pc import PC, Portfolio
from catallaxy.batch.replications.sim import SIM, Behaviour
from catallaxy.batch.replications.stock_flow import StockFlowModel
from catallaxy.core.errors import IdentityBroken, Overdraft

few = settings(max_examples=25, deadline=None)
behaviours = st.fixed_dictionaries(
    {
        "purchases": st.floats(0.0, 1_000.0),
        "tax_rate": st.floats(0.05, 0.95),
        "out_of_income": st.floats(0.05, 0.9),
        "out_of_wealth": st.floats(0.05, 0.95),
    }
)
portfolios = st.fixed_dictionaries(
    {
        "rate": st.floats(0.0, 0.05),
        "bills": st.floats(0.5, 0.7),
        "bills_by_rate": st.floats(0.0, 5.0),
        "money_by_income": st.floats(0.0, 0.04),
    }
)


def sim_by_the_equations(b: Behaviour, periods: int) -> list[dict[str, float]]:
    """The plain twin of SIM: the book's equations in floats, stocks summed from flows, Y by iteration."""
    rows, money = [], 0.0
    for _ in range(periods):
        income = 0.0
        for _ in range(2_000):
            disposable = income - b.tax_rate * income
            consumption = b.out_of_income * disposable + b.out_of_wealth * money
            income = consumption + b.purchases
        money += disposable - consumption
        rows.append({"Y": income, "T": b.tax_rate * income, "YD": disposable, "C": consumption, "H": money})
    return rows


def pc_by_the_equations(p: Portfolio, periods: int) -> list[dict[str, float]]:
    """The plain twin of PC, for a constant rate."""
    rows, wealth, bills = [], 0.0, 0.0
    for _ in range(periods):
        income, interest = 0.0, p.rate * bills
        for _ in range(2_000):
            taxes = p.tax_rate * (income + interest)
            disposable = income + interest - taxes
            consumption = p.out_of_income * disposable + p.out_of_wealth * wealth
            income = consumption + p.purchases
        wealth += disposable - consumption
        bills = (p.bills + p.bills_by_rate * p.rate) * wealth - p.money_by_income * disposable
        rest = wealth - bills
        rows.append(
            {"Y": income, "T": taxes, "YD": disposable, "C": consumption}
            | {"V": wealth, "Hh": rest, "Bh": bills, "Bcb": rest}
        )
    return rows


@pytest.mark.parametrize("name", ["sim", "pc"])
def test_the_books_numbers_are_replicated(name: str) -> None:
    result = replicate(name, quick=True)

    assert [check for check in result.checks if check.verdict != "pass"] == []
    assert all("Godley" in check.source for check in result.checks)


@given(behaviours)
@few
def test_sim_follows_the_books_equations(values: dict[str, float]) -> None:
    b = Behaviour(**values)
    table = SIM(b).run(6)
    twin = sim_by_the_equations(b, 6)
    assert table.to_numpy() == pytest.approx(np.array([list(row.values()) for row in twin]), rel=1e-6, abs=1e-6)


@given(behaviours, portfolios)
@few
def test_pc_follows_the_books_equations(values: dict[str, float], more: dict[str, float]) -> None:
    p = Portfolio(**values, **more)
    table = PC(p).run(6)
    twin = pc_by_the_equations(p, 6)
    assert table.to_numpy() == pytest.approx(np.array([list(row.values()) for row in twin]), rel=1e-6, abs=1e-6)


@given(behaviours)
@few
def test_every_row_of_sims_balance_sheet_sums_to_zero_in_every_period(values: dict[str, float]) -> None:
    economy = SIM(Behaviour(**values))
    for _ in range(6):
        economy.step()
        sheet = economy.ledger.balance_sheet()
        assert (sheet.sum(axis=1) == 0).all()
        assert sheet.loc["money", "H"] == -sheet.loc["money", "G"] == economy.ledger.issued[economy.money] >= 0
        assert sheet.loc["money", "F"] == 0


@given(behaviours, portfolios)
@few
def test_every_row_of_pcs_balance_sheet_sums_to_zero_in_every_period(
    values: dict[str, float], more: dict[str, float]
) -> None:
    """Money is owed by the central bank and backed by its bills; government and firms are left with none."""
    economy = PC(Portfolio(**values, **more))
    for _ in range(6):
        economy.step()
        sheet = economy.ledger.balance_sheet()
        assert (sheet.sum(axis=1) == 0).all()
        assert sheet.loc["money", "H"] == -sheet.loc["money", "CB"] == sheet.loc["bills", "CB"] >= 0
        assert (sheet[["F", "G"]].loc["money"] == 0).all()


@given(behaviours)
@few
def test_the_deficit_is_what_households_save(values: dict[str, float]) -> None:
    economy = SIM(Behaviour(**values))
    table = economy.run(4)
    deficit = values["purchases"] - table["T"]
    assert table["H"].diff()[1:].to_numpy() == pytest.approx(deficit[1:].to_numpy(), rel=1e-9, abs=1e-7)


@given(
    st.fixed_dictionaries(
        {
            "purchases": st.floats(1.0, 100.0),
            "tax_rate": st.floats(0.15, 0.6),
            "out_of_income": st.floats(0.4, 0.9),
            "out_of_wealth": st.floats(0.3, 0.9),
        }
    )
)
@settings(max_examples=5, deadline=None)
def test_in_the_stationary_state_income_is_purchases_over_the_tax_rate(values: dict[str, float]) -> None:
    """Y* = G / θ: taxes pay for purchases. H* is (1 - α1) / α2 of YD*, so that nothing is saved."""
    b = Behaviour(**values)
    left_each_period = 1.0 - b.out_of_wealth * b.tax_rate / (1.0 - b.out_of_income * (1.0 - b.tax_rate))
    last = SIM(b).run(int(np.log(1e-9) / np.log(left_each_period)) + 10).iloc[-1]
    income = b.purchases / b.tax_rate
    disposable = (1.0 - b.tax_rate) * income
    assert last["Y"] == pytest.approx(income, rel=1e-6)
    assert last["YD"] == pytest.approx(last["C"], rel=1e-6)
    assert last["H"] == pytest.approx((1.0 - b.out_of_income) / b.out_of_wealth * disposable, rel=1e-6)


def test_each_unit_of_purchases_more_brings_five_of_income_in_the_end() -> None:
    """The multiplier 1 / θ holds of a change, too, not only of the state started from nothing."""
    economy = SIM()
    before = economy.run(200).iloc[-1]
    economy.behaviour = Behaviour(purchases=21.0)
    after = economy.run(200)
    assert after["Y"].iloc[0] - before["Y"] == pytest.approx(1.0 / 0.52, abs=1e-6)
    assert after["Y"].iloc[-1] - before["Y"] == pytest.approx(5.0, abs=1e-6)


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.025, 0.035])
def test_pcs_stationary_state_is_the_one_solved_by_hand(rate: float) -> None:
    """YD* = G / (θ / (1 - θ) - r ((λ0 + λ1 r) α3 - λ2)), with V* = α3 YD*: taxes pay purchases and interest."""
    p, last = Portfolio(rate=rate), PC(Portfolio(rate=rate)).run(250).iloc[-1]
    a3 = (1.0 - p.out_of_income) / p.out_of_wealth
    bills = (p.bills + p.bills_by_rate * rate) * a3 - p.money_by_income
    disposable = p.purchases / (p.tax_rate / (1.0 - p.tax_rate) - rate * bills)
    assert last["YD"] == pytest.approx(disposable, rel=1e-6)
    assert last["V"] == pytest.approx(a3 * disposable, rel=1e-6)
    assert last["Bh"] == pytest.approx(bills * disposable, rel=1e-6)


def test_money_circulates_until_all_is_paid() -> None:
    """From nothing, 20 of money pays 38.46 of wages in two rounds; a last round finds nothing to pay."""
    economy = SIM()
    economy.step()
    assert economy.schedule["wages"].runs == 3
    assert economy.schedule["taxes"].runs == 1


def test_a_rise_of_the_rate_moves_portfolios_at_once_and_income_a_period_later() -> None:
    economy = PC()
    before = economy.run(200).iloc[-1]
    economy.rate = 0.035
    after = economy.run(2)
    assert after.iloc[0][["Y", "YD", "V"]].to_numpy() == pytest.approx(before[["Y", "YD", "V"]].to_numpy(), abs=1e-6)
    assert after.iloc[0]["Bh"] - before["Bh"] == pytest.approx(0.05 * before["V"], abs=1e-6)
    assert after.iloc[1]["Y"] > before["Y"] + 0.5


@pytest.mark.parametrize("model", [SIM, PC])
def test_the_same_periods_give_the_same_bytes(model: Callable[[], StockFlowModel]) -> None:
    def memory() -> tuple[dict[str, bytes], Any]:
        economy = model()
        economy.run(20)
        arrays, values = economy.ledger.state()
        return {name: np.asarray(array).tobytes() for name, array in arrays.items()}, values

    assert memory() == memory()


def test_with_no_purchases_nothing_ever_happens() -> None:
    assert not SIM(Behaviour(purchases=0.0)).run(3).to_numpy().any()
    assert not PC(Portfolio(purchases=0.0)).run(3).to_numpy().any()


# -- breaking one posting -----------------------------------------------------------------------

Posting = dict[str, Any]
Change = Callable[[Posting, StockFlowModel], Posting | None]
OF_SIM = ("purchases", "consumption", "wages", "taxes")
OF_PC = (*OF_SIM, "interest", "earnings", "profits")


def short_by_one(posting: Posting, economy: StockFlowModel) -> Posting | None:
    return {**posting, "amount": max(0, posting["amount"] - 1)}


def halved(posting: Posting, economy: StockFlowModel) -> Posting | None:
    return {**posting, "amount": posting["amount"] // 2}


def lost(posting: Posting, economy: StockFlowModel) -> Posting | None:
    return None


def to_another(posting: Posting, economy: StockFlowModel) -> Posting | None:
    """Pay the government what is others', and households what is the government's."""
    wrong = economy.households if posting["payee"] == economy.government else economy.government
    return {**posting, "payee": wrong}


def money_only(posting: Posting, economy: StockFlowModel) -> Posting | None:
    """Pay for bills that nobody delivers."""
    return {name: value[0] if isinstance(value, list) else value for name, value in posting.items()}


def break_postings(economy: StockFlowModel, kind: str, change: Change) -> None:
    """Run two sound periods, and one in which every posting of a kind is changed."""
    economy.run(2)
    post = economy.ledger.post

    def tampered(what: str, instrument: object, **legs: Any) -> None:
        posting: Posting | None = {"instrument": instrument, **legs}
        if what == kind:
            posting = change({"instrument": instrument, **legs}, economy)
        if posting is not None:
            post(what, **posting)

    economy.ledger.post = tampered  # type: ignore[method-assign, assignment]
    economy.step()


def test_changing_nothing_breaks_nothing() -> None:
    for economy in (SIM(), PC()):
        break_postings(economy, "wages", lambda posting, _: posting)


@pytest.mark.parametrize(
    ("model", "kind"), [*((SIM, kind) for kind in OF_SIM), *((PC, kind) for kind in (*OF_PC, "issue", "portfolio"))]
)
def test_a_payment_one_unit_short_is_named(model: Callable[[], StockFlowModel], kind: str) -> None:
    """A billionth of the book's money is enough."""
    with pytest.raises(IdentityBroken, match=f"what is due is paid broken at {kind} by -1$"):
        break_postings(model(), kind, short_by_one)


def test_money_that_the_government_keeps_breaks_the_hidden_equation() -> None:
    """The amount is what is left in a redemption, which no plan fixes: only Hs = Hh can tell."""
    economy = PC()
    economy.conduits = []
    with pytest.raises(IdentityBroken, match=r"A13 hidden equation broken at money by 1$"):
        break_postings(economy, "redemption", short_by_one)


@pytest.mark.parametrize("change", [lost, halved, to_another], ids=lambda change: change.__name__)
@pytest.mark.parametrize(("model", "kind"), [*((SIM, kind) for kind in OF_SIM), *((PC, kind) for kind in OF_PC)])
def test_no_broken_payment_goes_unseen(model: Callable[[], StockFlowModel], kind: str, change: Change) -> None:
    """An identity names it, unless it leaves somebody unable to pay before the period ends."""
    with pytest.raises((IdentityBroken, Overdraft)):
        break_postings(model(), kind, change)


@pytest.mark.parametrize("change", [lost, halved, money_only], ids=lambda change: change.__name__)
@pytest.mark.parametrize("kind", ["issue", "portfolio", "redemption"])
def test_no_broken_swap_of_bills_goes_unseen(kind: str, change: Change) -> None:
    with pytest.raises((IdentityBroken, Overdraft)):
        break_postings(PC(), kind, change)


def test_a_gift_that_no_plan_knows_is_caught_wherever_it_ends() -> None:
    """A user's stage posts soundly, so every balance has its counterpart, and yet the period is not the planned one."""

    def gift_to(owner: str) -> SIM:
        economy = SIM()

        def gift(economy: SIM) -> None:
            payee = getattr(economy, owner)
            economy.ledger.post("gift", economy.money, payer=economy.government, payee=payee, amount=5)

        economy.schedule.after("taxes", gift)
        return economy

    with pytest.raises(IdentityBroken, match=r"wealth of households by 5$"):
        gift_to("households").step()
    with pytest.raises(IdentityBroken, match=r"net worth of firms by 5$"):
        gift_to("firms").step()
