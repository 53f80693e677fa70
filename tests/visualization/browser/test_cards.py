"""Price cards: a grid that adapts, prices that count, and changes that flash, alone and before a world."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("solara")
pytest.importorskip("playwright")

from catallaxy.visualization.live import BEAT
from tests.visualization.browser.dashboards import TINY_MARKET, Dashboard, command, economy_at, number, within
from tests.visualization.browser.staged import Stage

if TYPE_CHECKING:
    from tests.visualization.browser.dashboards import Tab

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
WIDTHS = {1440: 10, 1024: 5, 390: 3}
COUNT, PHONE = 150, 390
CARDS = 20


def shown(bare: Any, cards: int, *, price: int = 10_000, **traits: Any) -> Stage:
    """Return a stage with so many cards, all at one price."""
    stage = Stage(bare, "cards", **traits)
    symbols = [f"S{k:03}" for k in range(cards)]
    stage.tell(symbols=symbols, sparks=[[]] * cards, rows=[[k, price, price, 0] for k in range(cards)], selected="S000")
    return stage


def rows_of(bare: Any) -> list[int]:
    """Return how many cards stand in each row; none may overlap another or leave the bare."""
    boxes = bare.evaluate(
        "[...document.querySelectorAll('.cx-card')].map((card) => card.getBoundingClientRect())"
        ".map((box) => [box.left, box.top, box.right, box.bottom])"
    )
    width = bare.evaluate("document.documentElement.clientWidth")
    for place, (left, top, right, bottom) in enumerate(boxes):
        assert 0 <= left < right <= width
        for other in boxes[place + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
    tops = [box[1] for box in boxes]
    return [tops.count(top) for top in sorted(set(tops))]


@pytest.mark.parametrize("width", WIDTHS)
def test_one_to_twenty_cards_share_rows_as_equal_as_can_be_and_never_overlap(bare: Any, width: int) -> None:
    """Of 12 cards no row of 10 is followed by one of 2: they stand 6 and 6."""
    bare.set_viewport_size({"width": width, "height": 900})
    stage, most = shown(bare, 1), WIDTHS[width]
    for cards in range(1, CARDS + 1):
        symbols = [f"S{k:03}" for k in range(cards)]
        stage.tell(symbols=symbols, sparks=[[]] * cards, rows=[[k, 123_456, 120_000, 9] for k in range(cards)])
        rows = rows_of(bare)
        assert sum(rows) == cards
        assert len(rows) == -(-cards // most)
        assert max(rows) <= most
        assert len(set(rows[:-1])) <= 1
        if width > PHONE:  # there the last row fills the width
            assert rows[0] - rows[-1] < len(rows)


def counted(bare: Any, milliseconds: list[int], **context: Any) -> list[float]:
    """Return the price that a card shows so long after it was told 101 instead of 100."""
    bare.clock.install(time=0)
    bare.clock.pause_at(1_000)
    stage = shown(bare, 2)
    stage.tell(rows=[[0, 10_100, 10_000, 0]])
    prices, before = [], 0
    for moment in milliseconds:
        bare.clock.run_for(moment - before)
        before = moment
        prices.append(number(stage.part("card-S000").locator(".cx-card-price").inner_text()))
    assert number(stage.part("card-S001").locator(".cx-card-price").inner_text()) == 100.0
    return prices


def test_a_price_counts_to_the_new_one_within_150_milliseconds_fast_at_first(bare: Any) -> None:
    """A cubic that eases out: at a third of the time more than half of the way is done."""
    at = [0, 50, 100, COUNT + 1]
    prices = counted(bare, at)

    assert prices[0] == 100.0
    assert prices[-1] == 101.0
    assert prices == sorted(set(prices))
    for moment, price in zip(at[1:-1], prices[1:-1], strict=True):
        assert price == pytest.approx(100.0 + 1.0 - (1.0 - moment / COUNT) ** 3, abs=0.12)
    assert prices[1] > 100.5


def test_a_price_that_changes_while_it_counts_goes_on_from_where_it_is(bare: Any) -> None:
    bare.clock.install(time=0)
    bare.clock.pause_at(1_000)
    stage = shown(bare, 1)
    price = stage.part("card-S000").locator(".cx-card-price")
    stage.tell(rows=[[0, 11_000, 10_000, 0]])
    bare.clock.run_for(64)
    between = number(price.inner_text())
    stage.tell(rows=[[0, 10_000, 10_000, 0]])
    bare.clock.run_for(16)
    after = number(price.inner_text())
    bare.clock.run_for(COUNT)

    assert 100.0 < after <= between < 110.0
    assert number(price.inner_text()) == 100.0


def test_who_asks_for_less_motion_gets_the_new_price_at_once_and_no_flash(bare: Any) -> None:
    bare.emulate_media(reduced_motion="reduce")
    assert counted(bare, [0, 48]) == [101.0, 101.0]
    card = bare.get_by_test_id("card-S000")
    assert card.get_attribute("class") == "cx-card cx-selected"
    assert card.evaluate("(card) => card.getAnimations({ subtree: true }).length") == 0


@pytest.mark.parametrize("swift", [True, False])
@pytest.mark.parametrize(("price", "word"), [(10_100, "up"), (9_900, "down")])
def test_a_change_flashes_its_own_card_and_is_over_before_the_next(
    bare: Any, price: int, word: str, swift: bool
) -> None:
    """Where the browser draws swiftly the flash pulses and fades; elsewhere it is lit and put out."""
    stage = shown(bare, 3)
    bare.evaluate("(swift) => document.body.toggleAttribute('data-swift', swift)", swift)
    bare.evaluate(
        "window.seen = []; new MutationObserver((all) => all.forEach((one) => window.seen.push("
        "[one.target.dataset.testid, one.target.className]))).observe("
        "document.querySelector('.cx-cards'), { subtree: true, attributeFilter: ['class'] })"
    )
    moving, lit = bare.evaluate(
        "(price) => { window.tell({ rows: [[1, price, 10000, 0]] });"
        "const light = getComputedStyle(document.querySelectorAll('.cx-card')[1], '::after');"
        "const moving = document.getAnimations().map((one) => [one.effect.target.dataset.testid, one.animationName,"
        "one.effect.getTiming().duration, one.effect.getKeyframes()[0]]);"
        "return [moving, [+light.opacity, light.backgroundColor]]; }",
        price,
    )

    assert lit[0] > 0.1
    assert lit[1] == bare.evaluate(
        "(tone) => { const node = document.body.appendChild(document.createElement('i'));"
        "node.style.backgroundColor = hue(tone); return getComputedStyle(node).backgroundColor; }",
        word,
    )
    assert len(moving) == swift
    for card, name, milliseconds, first in moving:
        assert (card, name) == ("card-S001", "cx-flash")
        assert milliseconds == COUNT < 1e3 * BEAT
        assert first["transform"] == "scale(1.06)"
    within(lambda: "cx-flash" not in (stage.part("card-S001").get_attribute("class") or ""), 5.0)
    cards = [(card, names) for card, names in bare.evaluate("window.seen") if card]
    assert {card for card, names in cards if "cx-flash" in names} == {"card-S001"}
    assert {names for card, names in cards if "cx-flash" in names} == {f"cx-card cx-flash-{word}"}
    assert stage.part("card-S001").locator(".cx-card-change").inner_text()[0] == {"up": "▲", "down": "▼"}[word]


def test_a_card_that_changes_all_the_time_flashes_once_a_second(bare: Any) -> None:
    """Whoever sees many cards in a fast market is not shown a strobe (WCAG 2.3.1: three flashes a second at most)."""
    bare.clock.install(time=0)
    bare.clock.pause_at(10_000)
    stage = shown(bare, 1)
    flashes = 0
    for step in range(25):
        stage.tell(rows=[[0, 10_000 + 10 * (step % 2 + 1), 10_000, 0]])
        flashes += bare.evaluate(
            "() => { const card = document.querySelector('.cx-card'), flashes = card.className.includes('cx-flash');"
            "card.classList.remove('cx-flash-up', 'cx-flash-down'); return flashes; }"
        )
        bare.clock.run_for(200)
    assert flashes == 5


def test_a_line_grows_by_the_closes_that_it_is_told_and_keeps_sixty(bare: Any) -> None:
    stage = shown(bare, 2)
    path = stage.part("card-S001").locator("path")
    assert path.get_attribute("d") is None
    stage.tell(sparks=[[], [100, 300]])
    assert path.get_attribute("d") == "M0.0,22.0L100.0,2.0"
    stage.tell(sparks=[[], [200]])
    assert path.get_attribute("d") == "M0.0,22.0L50.0,2.0L100.0,12.0"
    stage.tell(sparks=[[], list(range(100))])
    assert path.get_attribute("d").count(",") == 60
    assert path.get_attribute("d").startswith("M0.0,22.0")


def test_what_does_not_change_neither_counts_nor_flashes(bare: Any) -> None:
    """More lots at the same price move the volume alone."""
    stage = shown(bare, 2)
    moving = bare.evaluate(
        "() => { window.tell({ rows: [[0, 10000, 10000, 77]] }); return document.getAnimations().length; }"
    )
    assert moving == 0
    assert "cx-flash" not in (stage.part("card-S000").get_attribute("class") or "")
    assert stage.part("card-S000").locator(".cx-card-foot").inner_text() == "77 lots"
    assert stage.part("card-S000").locator(".cx-card-change").inner_text() == "■ 0.00 %"


def cents(card: Any) -> int:
    """Return the price that a card shows, in price units."""
    return round(100 * number(card.locator(".cx-card-price").inner_text()))


def stands_in(page: Any, rows: int) -> None:
    """Wait until the cards stand in so many rows."""
    within(lambda: len(rows_of(page)) == rows, 10.0)


# -- before a world -------------------------------------------------------------------------------


@pytest.mark.parametrize("stocks", [1, 25])
def test_the_largest_symbols_have_cards_whose_prices_count_to_the_engines(
    tab_of: Any, tmp_path: Path, stocks: int
) -> None:
    settings = TINY_MARKET | {"stocks.number": stocks}
    words = command("--pace", "5", scenario="markets", settings=settings)
    with Dashboard(words, tmp_path, scenario="markets") as dashboard:
        tab: Tab = tab_of(dashboard)
        cards = tab.page.locator(".cx-card")
        assert cards.count() == min(stocks, CARDS)
        for width, most in WIDTHS.items():
            tab.page.set_viewport_size({"width": width, "height": 900})
            stands_in(tab.page, -(-min(stocks, CARDS) // most))
        tab.page.set_viewport_size({"width": 1440, "height": 900})
        tab.page.evaluate(
            "window.seen = []; new MutationObserver((all) => all.forEach((one) =>"
            "one.target.matches('.cx-card-price')"
            "&& window.seen.push([one.target.closest('.cx-card').ariaLabel, one.target.textContent])))"
            ".observe(document.querySelector('.cx-cards'), { childList: true, subtree: true })"
        )
        tab.part("play").click()
        within(lambda: tab.tick >= 8)
        tab.paused()
        tab.page.wait_for_timeout(600)
        economy, closes = economy_at(0, "markets", settings), list[dict[str, int]]()
        for _ in range(tab.tick):
            economy.step()
            closes.append(dict(zip(economy.symbols, economy.exchange.last.tolist(), strict=True)))
        assert {card.get_attribute("aria-label"): cents(card) for card in cards.all()} == {
            symbol: price for symbol, price in closes[-1].items() if tab.part(f"card-{symbol}").count()
        }
        seen = {(symbol, round(100 * number(text))) for symbol, text in tab.page.evaluate("window.seen")}
        tab.page.close()
        between = {(symbol, price) for symbol, price in seen if price not in {one[symbol] for one in closes}}
        assert between, "no price was seen on its way"
