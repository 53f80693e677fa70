"""The page of banks: balance sheets are the ledger's, edges are contracts, and a what-if moves nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from catallaxy.ledger.chart import ADVANCE, BOND, DEPOSIT, INTERBANK, LOAN, MARGIN_LOAN, RESERVES
from catallaxy.model.economy import Economy
from catallaxy.visualization import charts_banks, charts_network, feeds_banks, views_banks, views_contagion, wording
from catallaxy.visualization.desk import Desk
from catallaxy.visualization.live import Feed
from tests.model.closed_economy import behind, closed
from tests.visualization.small_desk import tiny_desk

QUARTER, AFTERWARDS = 63, 68
"""Days of the scenario bank-run: the end of the quarter in which banks lend each other, and after B01 has failed."""


SMALL: dict[str, Any] = {
    "traders": {"number": 150, "activity": 0.1}, "firms": {"number": 6}, "banks": {"number": 3},
    "clock": {"ticks_per_day": 2},
}  # fmt: skip


@pytest.fixture(scope="module")
def lending() -> Economy:
    economy = Economy("bank-run", rng=7)
    economy.run(days=QUARTER)
    return economy


@pytest.fixture(scope="module")
def resolved() -> Economy:
    economy = Economy("bank-run", rng=7)
    economy.run(days=AFTERWARDS)
    return economy


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk("economy-coarse", seed=7, changes=SMALL, pace=0.0) as opened:
        yield opened


def owed(economy: Economy, instrument: int, *, creditor: int | None = None, debtor: int | None = None) -> int:
    """Add up contracts one by one."""
    rows = economy.ledger.contracts.rows.tolist()
    return sum(
        amount for who, whom, kind, amount, _due in rows
        if kind == instrument and creditor in (None, who) and debtor in (None, whom)
    )  # fmt: skip


def test_balance_sheets_are_the_ledgers_and_agree_to_the_cent(lending: Economy) -> None:
    ledger, c = lending.ledger, behind(lending)
    keeper = ledger.owners.column("house_bank")
    for slot, bank in enumerate(c.banks.owners.tolist()):
        assets, liabilities = views_banks.balance_sheet(lending, c, slot)
        customers = [owner for owner in range(ledger.owners.size) if keeper[owner] == bank]

        assert assets == {
            "reserves": ledger.balance(bank, RESERVES), "bonds": ledger.balance(bank, BOND),
            "loans to firms": owed(lending, LOAN, creditor=bank),
            "margin loans": owed(lending, MARGIN_LOAN, creditor=bank),
            "interbank loans": owed(lending, INTERBANK, creditor=bank),
        }  # fmt: skip
        assert liabilities == {
            "deposits": sum(ledger.balance(owner, DEPOSIT) for owner in customers),
            "interbank debt": owed(lending, INTERBANK, debtor=bank),
            "central bank advances": owed(lending, ADVANCE, debtor=bank),
            "equity": int(c.banks.equity(ledger)[slot]),
        }  # fmt: skip
        assert sum(assets.values()) == sum(liabilities.values()) > 0


def test_the_table_of_a_sheet_ends_with_two_equal_totals(lending: Economy) -> None:
    assets, liabilities = views_banks.balance_sheet(lending, behind(lending), 0)

    *items, total = charts_banks.sheet_table(assets, liabilities, True)["rows"]

    assert [cells for row in items if (cells := row["cells"])[0] == "reserves"] == [
        ["reserves", assets["reserves"], "deposits", liabilities["deposits"]]
    ]
    assert total["cells"][1] == total["cells"][3] == sum(row["cells"][1] for row in items)


def test_edges_of_the_network_are_the_interbank_contracts(lending: Economy) -> None:
    found = views_banks.network(lending, behind(lending))
    owners = behind(lending).banks.owners.tolist()

    debts = lending.graphs().debts("interbank loan")
    edges = {(owners[i], owners[j]): amount for i, j, amount in found.loans}

    assert edges == {(who, whom): amount for who, whom, amount in debts.edges(data="amount")}
    assert edges
    links = charts_network.network_patch(found, "B01")["series"][0]["links"]
    assert [(link["source"], link["target"], link["value"]) for link in links if "value" in link] == list(found.loans)


def test_the_table_of_banks_is_that_of_the_month_end(lending: Economy) -> None:
    shown = views_banks.overview(lending, behind(lending))
    rows = lending.table("banks")
    rows = rows[rows["tick"] == lending.tick]

    assert shown["bank"] == rows["symbol"].tolist()
    for ours, theirs in (
        ("reserves", "reserves"), ("deposits", "deposits"), ("loans", "loans"), ("advances", "advances"),
        ("capital_ratio", "capital_ratio"), ("leverage_ratio", "leverage_ratio"), ("loan_rate", "loan_rate"),
        ("liquidity_coverage", "liquidity_coverage"),
    ):  # fmt: skip
        assert shown[ours] == rows[theirs].tolist(), ours
    assert shown["interbank"] == (rows["interbank_assets"] - rows["interbank_liabilities"]).tolist()
    assert sum(shown["interbank"]) == 0 < max(shown["interbank"])


def test_arrears_are_loans_to_firms_that_missed_interest() -> None:
    economy = closed()
    c = behind(economy)
    c.memory.missed[0] = 1
    late, bank = int(c.firms.owners[0]), int(c.banks.owners[0])

    shown = views_banks.overview(economy, c)["arrears"]

    mine = sum(row[3] for row in economy.ledger.contracts.rows.tolist() if row[:3] == [bank, late, LOAN])
    assert shown[0] == mine / owed(economy, LOAN, creditor=bank)
    assert sum(shown) > 0.0


def test_a_failed_bank_has_no_ratio_and_is_drawn_hollow() -> None:
    economy = closed()
    c = behind(economy)
    c.banks.open[1] = False

    shown, found = views_banks.overview(economy, c), views_banks.network(economy, c)

    assert (shown["state"], shown["capital_ratio"][1]) == (["open", "failed", "open"], None)
    assert charts_network.network_patch(found, "B01")["series"][0]["data"][1]["category"] == 3
    assert charts_network.classes(found)[3]["itemStyle"]["color"] == "transparent"
    assert views_contagion.system(economy, c).symbols == ("B01", "B03")


@pytest.mark.parametrize(("ratio", "kind"), [(0.105, 0), (0.1049, 1), (0.08, 1), (0.0799, 2), (None, 0)])
def test_colours_change_at_the_minimum_and_at_the_requirement(ratio: float | None, kind: int) -> None:
    found = views_banks.Network((), (), (), minimum=0.08, required=0.08 + 0.025)

    assert charts_network.class_of(ratio, True, found) == kind


def test_losing_all_equity_is_what_the_economys_own_measure_says(lending: Economy) -> None:
    measured, banks = lending.contagion(), views_contagion.system(lending, behind(lending))

    outcomes = [views_contagion.what_if(banks, bank, 1.0) for bank in range(banks.size)]

    assert [outcome.rank for outcome in outcomes] == measured.debtrank_2015.tolist()
    assert [outcome.wasted_total for outcome in outcomes] == measured.clearing_losses.tolist()
    cleared = lending.contagion(recovered=1.0).clearing_losses.tolist()
    assert [outcome.cleared_total for outcome in outcomes] == cleared
    for outcome, cascade in zip(outcomes, measured.cascades, strict=True):
        assert [round_ is not None for round_ in outcome.failed_in] == cascade.failed.tolist()
    assert views_contagion.ranks(banks) == dict(zip(measured.symbols, measured.debtrank_2015.tolist(), strict=True))
    assert max(outcome.rank for outcome in outcomes) > 0.0


def test_a_smaller_loss_does_less_and_fells_nobody(lending: Economy) -> None:
    banks = views_contagion.system(lending, behind(lending))
    debtor = int(banks.exposures.sum(axis=0).argmax())

    half, whole = (views_contagion.what_if(banks, debtor, share) for share in (0.5, 1.0))

    assert 0.0 < half.rank < whole.rank
    assert half.failed_in == [None] * banks.size
    assert half.cleared[debtor] == pytest.approx(0.5)
    assert half.exposed == banks.exposures[:, debtor].tolist()


def test_only_banks_that_are_hit_are_listed(lending: Economy) -> None:
    banks = views_contagion.system(lending, behind(lending))
    debtor, lender = int(banks.exposures.sum(axis=0).argmax()), int(banks.exposures.sum(axis=1).argmax())

    hit, alone = (
        charts_banks.outcome_table(views_contagion.what_if(banks, bank, 1.0), True) for bank in (debtor, lender)
    )

    assert {row["key"]: row["cells"][1] for row in hit["rows"] if row["cells"][1]} == {
        name: lent for name, lent in zip(banks.symbols, banks.exposures[:, debtor].tolist(), strict=True) if lent
    }
    assert alone["rows"] == []
    assert alone["none"].startswith("No other bank loses anything")


def test_a_what_if_moves_nothing(lending: Economy) -> None:
    before = lending.state_hash()

    views_contagion.what_if(views_contagion.system(lending, behind(lending)), 0, 4.0)

    assert lending.state_hash() == before


def test_month_ends_are_the_rows_of_macro_and_of_the_bank(lending: Economy) -> None:
    macro, banks = lending.table("macro"), lending.table("banks")

    rows = views_banks.months(lending, 0, "B02")

    assert [row[1] for row in rows] == [1.0, 2.0, 3.0]
    for place, name in enumerate(views_banks.MONTHLY):
        assert [row[place] for row in rows] == macro[name].tolist()
    assert [row[-2] for row in rows] == banks[banks["symbol"] == "B02"]["capital_ratio"].tolist()
    assert [row[-1] for row in rows] == banks.groupby("tick")["interbank_assets"].sum().tolist()
    assert views_banks.months(lending, int(rows[1][0] or 0), "B02") == rows[2:]
    assert views_banks.months(lending, 0, "NONE")[0][-2] is None


def test_the_log_tells_who_failed_why_and_who_took_over(resolved: Economy) -> None:
    rows = views_banks.log(resolved, tuple(resolved.recorder.happened), 0, resolved.tick)

    failure = next(row for row in rows if row["name"] == "bank failure")
    assert failure["text"].startswith("B01 · illiquid, taken over by a bridge bank of the state")
    assert failure["tone"] == "warn"
    loss = next(one for one in resolved.recorder.happened if one.event == "bank_loss")
    row = next(row for row in rows if row["name"] == "bank loss")
    assert row["text"].endswith(wording.told(loss.event, loss.facts).text)
    assert {"bank loss", "run"} <= {row["name"] for row in rows}
    assert [row["tick"] for row in rows] == sorted(row["tick"] for row in rows)
    assert views_banks.log(resolved, (), failure["tick"] - 1, resolved.tick)[-1] == rows[-1]
    assert views_banks.log(resolved, (), resolved.tick, resolved.tick) == []
    assert views_banks.settlement(resolved, behind(resolved))["failures"] == 1


def test_places_depend_on_relationships_alone_and_few_banks_are_drawn_of_many() -> None:
    banks = tuple((f"B{k:02d}", 100 + k, 0.1, True) for k in range(80))
    many = views_banks.Network(banks, ((79, 78, 5), (0, 79, 5)), ((78, 79), (0, 1)), 0.08, 0.105)

    some = charts_network.drawn(many)

    assert [bank[0] for bank in some.banks] == [f"B{k:02d}" for k in range(20, 80)]
    assert (some.loans, some.relations) == (((59, 58, 5),), ((58, 59),))
    dense = many._replace(relations=tuple((i, j) for i in range(20, 80) for j in range(20, i)))
    assert [len(charts_network.network_patch(one, "")["series"][0]["links"]) for one in (many, dense)] == [1, 1]
    star = ((0, 1), (0, 2), (0, 3))
    assert charts_network.positions(4, star) == charts_network.positions(4, star)
    assert all(abs(x) <= 1.0 and abs(y) <= 1.0 for x, y in charts_network.positions(4, star))
    assert len(set(charts_network.positions(4, ()))) == 4


# -- feeds -------------------------------------------------------------------------------------


def first() -> str:
    return "B01"


FEEDS: dict[str, Callable[[], Feed]] = {
    "tiles": lambda: feeds_banks.tiles,
    "network": lambda: feeds_banks.network(first),
    "grid": lambda: feeds_banks.grid(feeds_banks.Ask(), first),
    "sheet": lambda: feeds_banks.sheet(first, charts_banks.sheet_bars),
    "sheet table": lambda: feeds_banks.sheet(first, charts_banks.sheet_table),
    "what if": lambda: feeds_banks.what_if(first, lambda: 1.0, charts_banks.outcome_table),
    "log": lambda: feeds_banks.log,
}


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_tells_all_then_nothing_until_something_is_new(name: str, desk: Desk) -> None:
    feed = FEEDS[name]()

    whole, seen = feed(desk, None)
    nothing, _seen = feed(desk, seen)
    desk.reset()
    again, _seen = feed(desk, None)

    assert whole
    assert "empty" not in whole
    assert nothing is None
    assert again == whole


def test_the_network_keeps_its_places_from_day_to_day(desk: Desk) -> None:
    feed = feeds_banks.network(first)
    desk.step()
    whole, seen = feed(desk, None)
    desk.step()
    nothing, seen = feed(desk, seen)
    desk.step(2)
    patch, _seen = feed(desk, seen)

    assert nothing is None
    assert whole is not None
    assert patch is not None
    assert list(patch) == ["patch"]
    before, after = (part["series"][0]["data"] for part in (whole["option"], patch["patch"]))
    assert [node["value"] for node in before] == [node["value"] for node in after]


def test_month_ends_come_one_by_one_after_the_first(desk: Desk) -> None:
    feed = feeds_banks.monthly(charts_banks.lines([("all", "@accent"), ("B01", "@second")], "percent"), (2, 9), first)

    waiting, seen = feed(desk, None)
    desk.step(21 * 2)
    whole, seen = feed(desk, seen)
    nothing, seen = feed(desk, seen)
    desk.step(21 * 2)
    fresh, _seen = feed(desk, seen)

    macro = desk.world.economy.table("macro")["capital_ratio"].tolist()
    assert waiting == {"empty": "The first month ends on day 21; until then there is nothing to draw."}
    assert whole is not None
    assert fresh is not None
    assert [row[:2] for row in whole["rows"]] == [["month 1", macro[0]]]
    assert nothing is None
    assert "option" not in fresh
    assert [row[:2] for row in fresh["rows"]] == [["month 2", macro[1]]]


def test_the_sheet_of_a_bank_follows_the_ledger(desk: Desk) -> None:
    feed = feeds_banks.sheet(first, charts_banks.sheet_bars)
    _whole, seen = feed(desk, None)
    desk.step(21 * 2)

    message, seen = feed(desk, seen)

    bank = int(behind(desk.world.economy).banks.owners[0])
    assert message is not None
    assert message["patch"]["series"][0]["data"] == [desk.world.economy.ledger.balance(bank, RESERVES), None]
    assert feed(desk, seen)[0] is None


def test_an_empty_slot_has_no_sheet_and_its_next_bank_is_drawn_from_scratch(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = feeds_banks.sheet(first, charts_banks.sheet_bars)
    sheets = iter([({"reserves": 0}, {"equity": 0})] * 2 + [({"reserves": 5}, {"equity": 5})])
    monkeypatch.setattr(views_banks, "balance_sheet", lambda *_: next(sheets))

    empty, seen = feed(desk, None)
    nothing, seen = feed(desk, seen)
    founded, _seen = feed(desk, seen)

    assert empty == {"empty": "B01 has failed, and what it had and owed is another's now."}
    assert nothing is None
    assert founded is not None
    assert "option" in founded


def test_a_crafted_question_is_put_right(desk: Desk) -> None:
    ask = feeds_banks.Ask()
    feed = feeds_banks.grid(ask, first)
    for said in (
        {"sort": "__class__", "page": -3, "filter": None, "down": "yes"},
        {"sort": ["rank"], "page": 10**9, "filter": 7},
        {"sort": {}, "page": "x"},
    ):
        ask.hear(said)
        assert feed(desk, None)[0] is not None
        assert (ask.sort, ask.page) == ("assets", 0)


def test_the_table_sorts_filters_and_puts_the_unknown_last(desk: Desk) -> None:
    economy, ask = desk.world.economy, feeds_banks.Ask()
    behind(economy).banks.open[2] = False
    feed = feeds_banks.grid(ask, first)

    def banks(**said: Any) -> list[str]:
        ask.hear(said)
        message, _seen = feed(desk, None)
        assert message is not None
        return [row["key"] for row in message["rows"]]

    ratios = views_banks.overview(economy, behind(economy))["capital_ratio"]
    known = sorted((ratio, f"B{slot + 1:02d}") for slot, ratio in enumerate(ratios) if ratio is not None)
    assert banks(sort="capital_ratio", down=False) == [*(name for _, name in known), "B03"]
    assert banks(sort="capital_ratio", down=True)[-1] == "B03"
    assert banks(sort="bank", filter="FAILED") == ["B03"]


def test_a_bank_that_is_not_there_and_one_that_failed_are_said_to_be(desk: Desk) -> None:
    behind(desk.world.economy).banks.open[2] = False

    strange, _seen = feeds_banks.sheet(lambda: "<b>", charts_banks.sheet_table)(desk, None)
    failed, _seen = feeds_banks.what_if(lambda: "B03", lambda: 1.0, charts_banks.outcome_table)(desk, None)
    hushed, _seen = feeds_banks.quiet(feeds_banks.sheet(lambda: "X", charts_banks.sheet_table))(desk, None)

    assert strange == {"empty": "There is no bank <b> in this scenario; choose one in the network or in the table."}
    assert failed == {"empty": "B03 has failed and has nothing to lose."}
    assert hushed == {"empty": ""}


def test_without_a_closed_economy_every_panel_says_so() -> None:
    with tiny_desk() as market:
        lines = feeds_banks.monthly(charts_banks.lines([("all", "@accent")], "percent"), (2,), first)
        told = {name: make()(market, None)[0] for name, make in {**FEEDS, "months": lambda: lines}.items()}

    sentence = told.pop("tiles")
    assert sentence is not None
    assert sentence["empty"].startswith("This scenario has no banks")
    assert all(message == {"empty": "No banks in this scenario."} for message in told.values())


def test_every_number_told_is_finite(resolved: Economy) -> None:
    c = behind(resolved)
    numbers: list[Any] = [cell for column in views_banks.overview(resolved, c).values() for cell in column]
    numbers += list(views_banks.settlement(resolved, c).values())

    assert all(math.isfinite(number) for number in numbers if isinstance(number, float))
