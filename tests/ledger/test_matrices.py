"""The matrices of Godley and Lavoie, read from a ledger: what is where, with which sign, and what must sum to 0."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catallaxy.core.errors import IdentityBroken, OutOfBounds
from catallaxy.core.units import Sector
from catallaxy.ledger import identities
from catallaxy.ledger.chart import BOND, DEPOSIT
from catallaxy.ledger.instruments import Instrument, InstrumentKind
from catallaxy.ledger.ledger import Ledger
from catallaxy.ledger.matrices import BalanceSheet, FlowMatrix, Revaluations
from tests.ledger.small_kingdom import ACME, B, F, G, H, Kingdom, a_day, column, kingdom, lend


def test_an_asset_is_positive_a_liability_negative_and_every_row_of_claims_sums_to_zero() -> None:
    sheet = BalanceSheet.of(kingdom().ledger)

    assert sheet.loc["deposit", ["H", "F", "B"]].tolist() == [1_000, 300, -1_300]
    assert sheet.loc["bond", ["B", "CB", "G"]].tolist() == [850, 355, -1_205]
    assert sheet.loc["ACME", ["H", "F"]].tolist() == [10, -10]
    assert not sheet.sum(axis=1).any()
    assert sheet.to_numpy().shape == (len(sheet.index), len(sheet.columns))


def test_net_worth_balances_every_column_with_shares_at_their_marks_and_real_assets() -> None:
    capital = np.zeros(7, np.int64)
    capital[F] = 900
    sheet = BalanceSheet.of(kingdom().ledger, {"fixed capital": capital})
    frame = sheet.valued()

    assert column(sheet.net_worth(), H, F, B) == [1_000 + 200, 300 - 300 - 200 + 900, 300 + 850 + 300 - 1_300]
    assert frame.loc["ACME", ["H", "F"]].tolist() == [200, -200]
    assert not frame.sum(axis=0).any()
    assert frame.sum(axis=1)["net worth"] == -900


def test_a_receipt_is_positive_a_payment_negative_and_a_claim_acquired_a_use_of_funds() -> None:
    k = kingdom()
    a_day(k)
    flows = FlowMatrix.of(k.ledger, "day")

    assert flows.loc["wages", ["H", "F"]].tolist() == [80, -80]
    assert flows.loc["income tax", ["H", "G"]].tolist() == [-15, 15]
    assert flows.loc["loan interest", ["F", "B"]].tolist() == [-6, 6]
    assert flows.loc["change of loan", ["F", "B"]].tolist() == [40, -40]
    assert flows.loc["change of bond", ["B", "G"]].tolist() == [-30, 30]
    assert flows.loc["change of ACME", ["H", "G"]].tolist() == [20, -20]


def test_money_for_a_claim_of_the_same_amount_is_neither_receipt_nor_payment() -> None:
    k = kingdom()
    a_day(k)
    flows = FlowMatrix.of(k.ledger, "day")

    assert not flows.loc[["loan granted", "bond issue"]].to_numpy().any()
    assert flows.loc["trade", ["H", "G"]].tolist() == [6, -6], "a share marked at 20 was sold at 26"


def test_rows_and_columns_of_the_flow_matrix_sum_to_zero() -> None:
    k = kingdom()
    a_day(k)
    flows = FlowMatrix.of(k.ledger, "day")

    assert not flows.sum(axis=0).any()
    assert not flows.sum(axis=1).any()
    assert flows.to_numpy().any()


def test_what_is_paid_inside_a_sector_is_seen_in_print_and_changes_nothing() -> None:
    k = kingdom()
    k.ledger.pay("gift", payer=k.anna, payee=k.ben, amount=1_00)
    flows = FlowMatrix.of(k.ledger, "day")

    assert not flows.loc["gift"].any()
    assert "±100" in str(flows)
    assert not flows.sum(axis=0).any()


def test_holders_gain_what_issuers_lose_when_a_price_rises() -> None:
    k = kingdom()
    a_day(k)
    revaluations = Revaluations.of(k.ledger, "day")

    assert revaluations.loc["ACME", ["H", "F", "G"]].tolist() == [9 * 5, -10 * 5, 1 * 5]
    assert not revaluations.sum(axis=1).any()


def test_a_write_off_is_a_loss_of_the_creditor_and_a_relief_of_the_debtor_and_no_transaction() -> None:
    k = kingdom()
    a_day(k)

    written_off = Revaluations.of(k.ledger, "day").written_off()
    assert written_off.loc["loan", ["F", "B"]].tolist() == [9, -9]
    assert FlowMatrix.of(k.ledger, "day").loc["change of loan", ["F", "B"]].tolist() == [40, -40]


def test_shares_that_vanish_are_lost_at_the_mark_before() -> None:
    k = kingdom()
    k.ledger.destroy(ACME, k.anna, 4)
    k.ledger.mark(ACME, 5)
    revaluations = Revaluations.of(k.ledger, "day")

    assert revaluations.written_off().loc["ACME", ["H", "F"]].tolist() == [-80, 80]
    assert revaluations.loc["ACME", ["H", "F"]].tolist() == [6 * -15, 6 * 15]
    identities.worth_follows(k.ledger)


@pytest.mark.parametrize("period", ["day", "month", "year", "run"])
def test_change_of_net_worth_is_flows_revaluations_and_write_offs(period: str) -> None:
    k = kingdom()
    before = k.ledger.worth() if period != "run" else np.zeros(7, np.int64)
    a_day(k)
    change = FlowMatrix.of(k.ledger, period).saving() + Revaluations.of(k.ledger, period).total()
    if period == "year":  # the first year has the opening in it
        before = np.zeros(7, np.int64)

    assert (k.ledger.worth() - before == change).all()


Act = tuple[int, int, int, int]


@settings(max_examples=60, deadline=None)
@given(days=st.lists(st.lists(st.tuples(*[st.integers(0, 9)] * 4), max_size=8), min_size=1, max_size=5))
def test_net_worth_follows_from_flows_revaluations_and_losses_whatever_happens(days: list[list[Act]]) -> None:
    k = kingdom()
    ledger = k.ledger
    for day in days:
        before = ledger.worth()
        for act in day:
            _do(k, act)
        ledger.mark(ACME, int(20 + sum(sum(act) for act in day) % 17))
        flows, changes = FlowMatrix.of(ledger, "day"), Revaluations.of(ledger, "day")
        identities.positions_follow(ledger)
        identities.worth_follows(ledger)
        assert not any(matrix.sum(axis).any() for matrix, axis in ((flows, 0), (flows, 1), (changes, 1)))
        assert (ledger.worth() - before == flows.saving() + changes.total()).all()
        ledger.close_period()
    whole = FlowMatrix.of(ledger, "run").saving() + Revaluations.of(ledger, "run").total()
    assert (ledger.worth() == whole).all()


def _do(k: Kingdom, act: Act) -> None:
    """Do one of ten things, if it can be done."""
    what, x, y, amount = act
    ledger, people = k.ledger, [k.anna, k.ben, k.firm, k.treasury, k.bank, k.other_bank, k.central_bank, k.fund]
    payer, payee, bank = people[x % 8], people[y % 8], (k.bank, k.other_bank)[y % 2]
    if what < 3 and _can_pay(k, payer) >= amount:
        ledger.pay(("wages", "gift", "tax")[what], payer=payer, payee=payee, amount=amount)
    elif what == 3:
        lend(ledger, bank, k.firm, amount)
    elif what == 4 and ledger.balance(k.firm, DEPOSIT) >= amount <= int(ledger.contracts.rows[0, 3]):
        ledger.pay("loan repaid", payer=k.firm, payee=k.bank, amount=amount)
        ledger.repay("loan repaid", 0, amount)
    elif what == 5:
        ledger.write_off(0, min(amount, int(ledger.contracts.rows[0, 3])))
    elif what == 6 and ledger.balance(k.anna, ACME) >= x:
        ledger.post("trade", ACME, payer=k.anna, payee=k.ben if y % 2 else k.treasury, amount=x)
        ledger.pay("trade", payer=k.bank, payee=k.anna, amount=amount)
    elif what == 7:
        ledger.destroy(DEPOSIT, k.anna, min(amount, ledger.balance(k.anna, DEPOSIT)))
    elif what == 8:
        ledger.post("estate", BOND, payer=k.bank, payee=payee, amount=min(amount, ledger.balance(k.bank, BOND)))
    elif what == 9:
        ledger.move_house_bank(np.array([(k.anna, k.ben)[x % 2]]), bank)


def _can_pay(k: Kingdom, owner: int) -> int:
    if owner in (k.bank, k.other_bank, k.central_bank):
        return 1_000
    return k.ledger.balance(owner, 0 if k.ledger.owners.column("house_bank")[owner] >= 0 else 1)


def test_days_add_up_to_months_years_and_the_run() -> None:
    k = kingdom()
    for _ in range(30):
        k.ledger.pay("wages", payer=k.firm, payee=k.anna, amount=7)
        k.ledger.close_period()
        k.ledger.close_month()
    k.ledger.pay("wages", payer=k.firm, payee=k.anna, amount=7)

    def wages(period: str, *, ended: bool = False) -> int:
        return int(FlowMatrix.of(k.ledger, period, ended=ended).loc["wages", "H"])

    assert [wages(period) for period in ("day", "month", "year", "run")] == [7, 7, 7 * 8, 7 * 31]
    assert [wages(period, ended=True) for period in ("day", "month", "year")] == [7, 7, 7 * 12]


def test_a_period_that_ended_keeps_its_matrix_with_columns_that_sum_to_zero() -> None:
    k = kingdom()
    a_day(k)
    running = FlowMatrix.of(k.ledger, "day").to_pandas()
    k.ledger.close_period()
    k.ledger.pay("gift", payer=k.anna, payee=k.treasury, amount=3)

    ended = FlowMatrix.of(k.ledger, "day", ended=True)
    pd.testing.assert_frame_equal(ended.to_pandas(), running)
    assert not ended.sum(axis=0).any()


def test_new_kinds_and_instruments_find_their_place_in_periods_under_way() -> None:
    k = kingdom()
    a_day(k)
    k.ledger.close_period()
    k.ledger.add_instrument(Instrument("note", InstrumentKind.BOND, "USD", k.treasury))
    k.ledger.add_instrument(Instrument("bill", InstrumentKind.LOAN, "USD", -1, dense=False))
    k.ledger.post("notes", k.ledger.names.index("note"), payer=k.treasury, payee=k.ben, amount=11)
    flows = FlowMatrix.of(k.ledger, "month")

    assert flows.loc["notes", ["H", "G"]].tolist() == [11, -11]
    assert flows.loc["change of note", ["H", "G"]].tolist() == [-11, 11]
    assert flows.loc["change of loan", ["F", "B"]].tolist() == [40, -40]
    assert not flows.sum(axis=0).any()
    assert k.ledger.marks.tolist() == [1, 1, 1, 25, 1]


def test_a_restored_ledger_goes_on_with_the_same_sums() -> None:
    one, other = kingdom(), Ledger()
    a_day(one)
    one.ledger.close_period()
    one.ledger.close_month()
    a_day(one)
    other.restore(*one.ledger.state())
    for ledger in (one.ledger, other):
        ledger.pay("gift", payer=one.anna, payee=one.treasury, amount=3)
        ledger.mark(ACME, 31)
        identities.worth_follows(ledger)

    for period in ("day", "month", "year", "run"):
        for matrix in (FlowMatrix, Revaluations):
            pd.testing.assert_frame_equal(
                matrix.of(one.ledger, period).to_pandas(), matrix.of(other, period).to_pandas()
            )
    assert str(FlowMatrix.of(one.ledger, "month", ended=True)) == str(FlowMatrix.of(other, "month", ended=True))


def test_a_share_that_is_marked_before_anybody_has_it_begins_at_that_price() -> None:
    k = kingdom()
    share = k.ledger.add_instrument(Instrument("NEW", InstrumentKind.SHARE, "USD", k.firm))
    k.ledger.mark(share, 50)
    k.ledger.pay("share issue", payer=k.anna, payee=k.firm, amount=3 * 50)
    k.ledger.post("share issue", share, payer=k.firm, payee=k.anna, amount=3)

    assert not FlowMatrix.of(k.ledger, "day").loc["share issue"].any()
    assert not Revaluations.of(k.ledger, "day").to_numpy().any()
    identities.worth_follows(k.ledger)


@pytest.mark.parametrize(
    ("instrument", "price", "message"),
    [
        (DEPOSIT, 2, "instrument is 'deposit'; only shares are marked"),
        (ACME, -1, "the price of ACME is -1; give 0 or more"),
        (9, 5, "instrument is 9; dense instruments are 0 to 3"),
    ],
)
def test_only_shares_are_marked_and_never_below_zero(instrument: int, price: int, message: str) -> None:
    with pytest.raises(OutOfBounds) as caught:
        kingdom().ledger.mark(instrument, price)
    assert str(caught.value) == message


def test_a_period_that_is_unknown_or_has_not_ended_is_refused() -> None:
    with pytest.raises(OutOfBounds) as caught:
        FlowMatrix.of(kingdom().ledger, "mnth")
    assert str(caught.value) == "period is 'mnth'; give one of day, month, year, run; did you mean 'month'?"
    with pytest.raises(OutOfBounds) as caught:
        FlowMatrix.of(kingdom().ledger, "year", ended=True)
    assert str(caught.value) == "period is 'year'; no year has ended yet"


def _mark_twice_by_hand(k: Kingdom) -> None:
    k.ledger.marks[ACME] += 1


def _trade_after_the_close(k: Kingdom) -> None:
    k.ledger.mark(ACME, 25)
    k.ledger.post("trade", ACME, payer=k.anna, payee=k.treasury, amount=2)


def _lose_a_flow(k: Kingdom) -> None:
    k.ledger.pay("tax", payer=k.anna, payee=k.treasury, amount=4)
    k.ledger.flows[k.ledger.kinds.index("tax")] = 0


@pytest.mark.parametrize(
    ("break_it", "where", "amount"),
    [(_mark_twice_by_hand, "H", 10), (_trade_after_the_close, "H", -10), (_lose_a_flow, "H", -4)],
)
def test_net_worth_that_does_not_follow_is_caught(break_it: object, where: str, amount: int) -> None:
    k = kingdom()
    break_it(k)  # type: ignore[operator]
    with pytest.raises(IdentityBroken) as caught:
        identities.worth_follows(k.ledger)
    assert str(caught.value) == f"identity A4 net worth broken at sector {where} by {amount}"


def test_the_printed_matrices_are_laid_out_as_in_the_literature() -> None:
    k = kingdom()
    a_day(k)

    assert (
        str(BalanceSheet.of(k.ledger))
        == """Balance sheet, minor units
                  H     F       B    CB       G  Σ
deposit      +1,091  +254  -1,345                0
reserves                     +281  -355     +74  0
bond                         +880  +355  -1,235  0
shares of F    +225  -250                   +25  0
loan                 -331    +331                0
net worth    -1,316  +327    -147        +1,136  0
--------------------------------------------------
Σ                 0     0       0     0       0  0"""
    )
    assert (
        str(FlowMatrix.of(k.ledger, "day"))
        == """Transactions of the day, minor units
                         H    F    B    G  Σ
wages                  +80  -80            0
income tax             -15            +15  0
loan interest                -6   +6       0
trade                   +6             -6  0
change of deposit      -91  +46  +45       0
change of reserves               +19  -19  0
change of bond                   -30  +30  0
change of shares of F  +20            -20  0
change of loan              +40  -40       0
--------------------------------------------
Σ                        0    0    0    0  0"""
    )
    assert (
        str(Revaluations.of(k.ledger, "day"))
        == """Revaluations of the day, minor units
                     H    F   B   G  Σ
shares of F        +45  -50      +5  0
written off: loan        +9  -9      0
--------------------------------------
Σ                  +45  -41  -9  +5  0"""
    )


def test_a_notebook_gets_a_table_and_a_spreadsheet_a_file(tmp_path: Path) -> None:
    k = kingdom()
    a_day(k)
    flows = FlowMatrix.of(k.ledger, "day")
    path = flows.to_csv(tmp_path / "flows.csv")

    html = flows._repr_html_()
    assert html.startswith("<table><caption>Transactions of the day, minor units</caption>")
    assert "<tr><th>wages</th><td>+80</td><td>-80</td>" in html
    assert pd.read_csv(path, index_col=0).loc["wages", "H"] == 80


def test_sectors_without_anything_have_no_column_in_print() -> None:
    assert Sector.REST_OF_WORLD not in str(BalanceSheet.of(kingdom().ledger)).splitlines()[1].split()
    assert G == 4
