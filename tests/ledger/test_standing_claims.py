"""Which of several contracts between the same two is the running one survives a checkpoint."""

from __future__ import annotations

from catallaxy.ledger.contracts import Contracts


def test_a_claim_that_was_taken_over_does_not_become_the_running_one_when_restored() -> None:
    contracts = Contracts()
    own = contracts.open(creditor=1, debtor=9, instrument=0, amount=100)
    taken = contracts.open(creditor=2, debtor=9, instrument=0, amount=50)
    contracts.assign(taken, creditor=1)  # bank 1 took over bank 2
    again = Contracts()
    again.restore(contracts.state())
    assert contracts.standing(0, 1, 9).tolist() == again.standing(0, 1, 9).tolist() == [own]
    assert again.rows.tolist() == contracts.rows.tolist()
