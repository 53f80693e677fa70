"""The laws of the economy as functions: each holds on a sound ledger and dies, naming itself, on a broken one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from catallaxy.core.errors import IdentityBroken
from catallaxy.core.units import SECTOR_CODE, Sector
from catallaxy.ledger import identities
from catallaxy.ledger.instruments import Instrument, InstrumentKind
from catallaxy.ledger.ledger import Ledger
from catallaxy.ledger.posting import FREE, RESERVED

BANK, FIRM, ANNA, BEN = range(4)
CASH, SHARE = 0, 1
H = SECTOR_CODE[Sector.HOUSEHOLDS]
DUE = np.array([30, 0])
A1 = "identity A1 quadruple entry broken at deposit, sector H "
FLOOR = "identity A1 floors broken at {} of owner 3, sector H by "


def sound() -> Ledger:
    """Return Anna with 100 in cash, 30 of it reserved, and Ben with 7 shares and a bond."""
    ledger = Ledger()
    ledger.add_owners(1, sector=Sector.BANKS, kind="bank")
    ledger.add_owners(1, sector=Sector.FIRMS, kind="firm")
    ledger.add_owners(2, sector=Sector.HOUSEHOLDS, kind="noise")
    ledger.add_instrument(Instrument("deposit", InstrumentKind.DEPOSIT, "USD", BANK))
    ledger.add_instrument(Instrument("ACME", InstrumentKind.SHARE, "USD", FIRM))
    ledger.add_instrument(Instrument("bond", InstrumentKind.BOND, "USD", FIRM, dense=False))
    ledger.post("opening", CASH, payer=BANK, payee=ANNA, amount=100)
    ledger.post("opening", SHARE, payer=FIRM, payee=BEN, amount=7)
    ledger.contracts.open(creditor=BEN, debtor=FIRM, instrument=0, amount=50)
    ledger.reserve(np.array([ANNA]), np.array([CASH]), np.array([30]), np.array([True]))
    return ledger


def check_all(ledger: Ledger) -> None:
    identities.instruments_close(ledger)
    identities.contracts_close(ledger)
    identities.recount_agrees(ledger)
    identities.reservations_agree(ledger, DUE)
    identities.net_worth_sums_to_zero(ledger)


def test_a_sound_ledger_keeps_every_law() -> None:
    check_all(sound())
    assert int(sound().balance_sheet().to_numpy().sum()) == 0


def issue_out_of_nothing(ledger: Ledger) -> None:
    ledger.issued[CASH] += 5


def hold_more_than_was_issued(ledger: Ledger) -> None:
    ledger.held[SHARE, H] += 3


def give_behind_the_ledgers_back(ledger: Ledger) -> None:
    ledger.holdings[BEN, CASH, FREE] += 9


def move_to_another_sector(ledger: Ledger) -> None:
    ledger.held[CASH, H] -= 4
    ledger.held[CASH, SECTOR_CODE[Sector.BANKS]] += 4


def overdraw(ledger: Ledger) -> None:
    ledger.holdings[BEN, CASH, FREE] -= 8
    ledger.holdings[ANNA, CASH, FREE] += 8


def overdraw_what_is_reserved(ledger: Ledger) -> None:
    ledger.holdings[BEN, SHARE, RESERVED] -= 2
    ledger.holdings[BEN, SHARE, FREE] += 2


def forget_a_debt(ledger: Ledger) -> None:
    ledger.contracts.debts[0, FIRM] -= 11


def write_off_without_saying(ledger: Ledger) -> None:
    ledger.contracts.rows[0, 3] -= 20


def reserve_for_no_order(ledger: Ledger) -> None:
    ledger.reserve(np.array([BEN]), np.array([SHARE]), np.array([2]), np.array([True]))


def free_what_an_order_needs(ledger: Ledger) -> None:
    ledger.release(np.array([ANNA]), np.array([CASH]), np.array([10]))


@pytest.mark.parametrize(
    ("break_it", "law", "message"),
    [
        (issue_out_of_nothing, "instruments_close", "identity A2 instrument closure broken at deposit by -5"),
        (hold_more_than_was_issued, "instruments_close", "identity A3 shares broken at ACME by 3"),
        (issue_out_of_nothing, "net_worth_sums_to_zero", "identity A4 agents broken at deposit by -5"),
        (give_behind_the_ledgers_back, "recount_agrees", A1 + "by 9"),
        (give_behind_the_ledgers_back, "net_worth_sums_to_zero", "identity A4 agents broken at deposit by 9"),
        (move_to_another_sector, "recount_agrees", A1 + "by 4"),
        (overdraw, "recount_agrees", FLOOR.format("free deposit") + "-8"),
        (overdraw_what_is_reserved, "recount_agrees", FLOOR.format("reserved ACME") + "-2"),
        (forget_a_debt, "contracts_close", "identity A2 contracts broken at claims against debts in bond by 11"),
        (
            write_off_without_saying, "contracts_close",
            "identity A2 contracts broken at claims against debts in bond by 20",
        ),
        (reserve_for_no_order, "reservations_agree", "identity A11 orders broken at reserved ACME by 2"),
        (free_what_an_order_needs, "reservations_agree", "identity A11 orders broken at reserved deposit by -10"),
    ],
)  # fmt: skip
def test_a_broken_ledger_is_caught_by_name_place_and_amount(
    break_it: Callable[[Ledger], None], law: str, message: str
) -> None:
    ledger = sound()
    break_it(ledger)
    with pytest.raises(IdentityBroken) as caught:
        if law == "reservations_agree":
            identities.reservations_agree(ledger, DUE)
        else:
            getattr(identities, law)(ledger)
    assert str(caught.value) == message


def test_no_way_to_break_a_ledger_escapes_all_laws() -> None:
    for break_it in (
        issue_out_of_nothing, hold_more_than_was_issued, give_behind_the_ledgers_back, move_to_another_sector,
        overdraw, overdraw_what_is_reserved, forget_a_debt, write_off_without_saying, reserve_for_no_order,
        free_what_an_order_needs,
    ):  # fmt: skip
        ledger = sound()
        break_it(ledger)
        with pytest.raises(IdentityBroken):
            check_all(ledger)
