"""The benchmark measures what it says it does; nothing here asserts how long anything takes."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy.batch import bench as benchmark
from catallaxy.batch.bench_book import Stream, book_case
from catallaxy.batch.bench_budget import TARGETS, budget_table, standing
from catallaxy.batch.bench_ticks import in_own_process, last_line, tick_case
from catallaxy.batch.bench_timing import Calibration, Spread, repeated
from catallaxy.core.errors import RunError
from catallaxy.markets.books import Books
from catallaxy.markets.orders import KIND, QUANTITY, R_QUANTITY, Kind
from catallaxy.markets.routing import Router

pytestmark = pytest.mark.compiled  # it times compiled code


def test_a_batch_is_of_the_mix_it_claims() -> None:
    """60 % limit, 15 % market, 25 % cancellations that each find a resting order."""
    stream, books, router = Stream(3, 2_000), Books(3), Router(3)
    for _ in range(3):
        orders = stream.orders()
        _, acks = books.match(orders, *router.route(orders), 1)
        stream.accepted(orders, acks)
    stream.forget(books)
    before = books.live

    where, handles = stream.cancellations()
    gone = books.cancel(where, handles)

    assert [(orders[:, KIND] == int(kind)).sum() for kind in (Kind.LIMIT, Kind.MARKET)] == [1_200, 300]
    assert orders[:, QUANTITY].min() > 0
    assert handles.shape[0] == 500
    assert (gone[:, R_QUANTITY] > 0).all()
    assert books.live == before - 500


def test_the_order_book_case_counts_what_it_sent() -> None:
    case = book_case(Calibration(), books=2, messages=2_000, batch=1_000, repeats=2)

    assert (case["books"], case["messages"], case["cancel_share"], case["cancels_found"]) == (2, 2_000, 0.25, 1.0)
    assert case["fills"] > 0
    assert case["messages_per_second_min"] <= case["messages_per_second"] <= case["messages_per_second_max"]


@pytest.mark.parametrize("record", ["memory", "nothing", "tables", "folder"])
def test_a_tick_case_runs_the_population_it_names(record: str) -> None:
    case = tick_case(traders=40, activity=0.5, days=2, warm_up=2, ticks_per_day=3, stocks=2, record=record)

    assert (case["traders"], case["activity"], case["ticks"], case["repeats"]) == (40, 0.5, 6, 2)
    assert case["messages"] > 0
    assert case["ms_min"] <= case["ms"] <= case["ms_max"]
    assert next(iter(case["stages"])) == "inject"


def test_a_case_in_a_process_of_its_own_comes_home_as_plain_values() -> None:
    case = in_own_process({"traders": 20, "activity": 1.0, "days": 1, "warm_up": 1, "ticks_per_day": 2, "stocks": 1})

    assert case["traders"] == 20
    assert case["peak_rss_mb"] > 0


def test_a_process_that_fails_is_one_clear_error() -> None:
    with pytest.raises(RunError) as caught:
        last_line(["-c", "raise ValueError('no such case')"])

    assert str(caught.value) == "a benchmark failed: ValueError: no such case"


def test_the_result_has_every_part_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    small = {"traders": 20, "activity": 0.1, "days": 1, "warm_up": 1, "ticks_per_day": 2, "stocks": 1}
    one = tick_case(**small)
    monkeypatch.setattr(benchmark, "in_own_process", lambda case, _: one | {key: case[key] for key in ("traders",)})
    monkeypatch.setattr(benchmark, "last_line", lambda arguments, _: "0.5")
    monkeypatch.setattr(
        benchmark, "book_case", lambda calibration, books, messages, repeats: {"books": books, "messages_per_second": 1}
    )

    found = benchmark.bench(quick=True)

    assert list(found) == [
        "machine", "versions", "calibration_ns", "order_book", "ticks", "recording", "identities", "economy", "start",
    ]  # fmt: skip
    assert [case["books"] for case in found["order_book"]] == [1, 20]
    assert [case["traders"] for case in found["ticks"]] == [10_000, 100_000]
    assert found["start"]["import_economy_s"] == 0.5
    assert budget_table(found).count("\n") == len(TARGETS) + 1


def test_a_spread_is_a_median_with_its_bounds() -> None:
    assert Spread.of([4.0, 1.0, 3.0]).scaled(2.0).named("ms") == {"ms": 6.0, "ms_min": 2.0, "ms_max": 8.0}


def test_the_first_call_warms_up_and_does_not_count() -> None:
    calls: list[int] = []

    spread = repeated(lambda: calls.append(1), repeats=3, clock=iter(np.arange(6.0)).__next__)

    assert len(calls) == 4
    assert spread == Spread(1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("value", "words"),
    [(5.0, "met, aim too, 50 % below"), (8.0, "met, 20 % below"), (12.0, "missed by 20 %"), (None, "not measured")],
)
def test_a_target_tells_by_how_much_it_is_met_or_missed(value: float | None, words: str) -> None:
    assert standing(TARGETS[1], value) == words
