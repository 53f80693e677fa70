"""Market regimes: the rule, clause by clause, and the classifier day by day."""

from __future__ import annotations

import json
import math

import pytest

from catallaxy.core.errors import UnusableSeries
from catallaxy.markets.regime import REGIMES, RegimeClassifier, RegimeSettings, classify_regime


@pytest.mark.parametrize(
    ("index_return", "volatility", "drawdown", "distance", "regime"),
    [
        (0.00, 0.15, 0.00, 0.00, "normal"),
        (0.10, 0.15, 0.00, 0.00, "bull"),
        (0.10, 0.15, 0.15, 0.00, "normal"),  # a recovery that is still far below the high
        (-0.10, 0.15, 0.10, 0.00, "bear"),
        (0.00, 0.15, 0.25, 0.00, "bear"),  # no trend, but a fifth below the high
        (-0.30, 0.50, 0.30, 0.00, "crash"),
        (-0.30, 0.10, 0.30, 0.00, "bear"),  # as deep, but slow and orderly
        (0.10, 0.15, 0.00, 0.50, "bubble"),
        (0.00, 0.15, 0.02, 0.50, "bubble"),
        (-0.10, 0.15, 0.10, 0.50, "bear"),  # the bubble deflates
        (-0.30, 0.50, 0.30, 0.50, "crash"),  # or bursts
        (0.06, 0.60, 0.00, 0.00, "normal"),  # such a return is noise at such a volatility
        (0.06, 0.00, 0.00, 0.00, "bull"),
    ],
)
def test_the_rule_says(index_return: float, volatility: float, drawdown: float, distance: float, regime: str) -> None:
    assert classify_regime(index_return, volatility, drawdown, distance) == regime


def test_the_rule_follows_its_settings() -> None:
    strict = RegimeSettings(trend=0.2)
    assert classify_regime(0.1, 0.15, 0.0, 0.0) == "bull"
    assert classify_regime(0.1, 0.15, 0.0, 0.0, strict) == "normal"


def wave(days: int, drift: float, swing: float = 0.01) -> list[float]:
    """Daily moves of a drift and a swing that alternates, so that volatility is about ``swing``."""
    return [drift + (swing if day % 2 else -swing) for day in range(days)]


def walked(classifier: RegimeClassifier, moves: list[float], close: float = 100.0) -> tuple[list[str], float]:
    out = []
    for move in moves:
        close *= math.exp(move)
        out.append(classifier.note_day(close, 100.0))
    return out, close


def test_a_market_lives_through_all_regimes() -> None:
    """Calm, a rise, a bubble above an unmoved fundamental, a crash, a bear market, calm again a year later."""
    classifier = RegimeClassifier()
    calm, close = walked(classifier, wave(60, 0.0))
    rise, close = walked(classifier, wave(100, 0.0025), close)
    mania, close = walked(classifier, wave(60, 0.003), close)
    crash, close = walked(classifier, wave(15, -0.03, 0.02), close)
    after, close = walked(classifier, wave(120, -0.001), close)
    late, close = walked(classifier, wave(260, 0.0, 0.005), close)

    assert set(calm) == {"normal"}
    assert "bull" in rise
    assert mania[-1] == "bubble"
    assert crash[-1] == "crash"
    assert after[-1] == "bear"
    assert late[-1] == "normal"
    assert {*calm, *rise, *mania, *crash, *after, *late} == set(REGIMES)


def test_nothing_is_said_in_the_first_days() -> None:
    classifier = RegimeClassifier(RegimeSettings(least_days=20))
    seen, close = walked(classifier, [-0.03, 0.01] * 10)
    assert set(seen) == {"normal"}
    assert walked(classifier, [-0.03, 0.01] * 5, close)[0][-1] != "normal"


def test_the_drawdown_is_from_the_high_of_a_year() -> None:
    classifier = RegimeClassifier()
    classifier.note_day(200.0, 100.0)
    walked(classifier, wave(251, 0.0), 100.0)
    assert classifier.measurements[2] == pytest.approx(0.5, abs=0.02)
    walked(classifier, wave(1, 0.0), 100.0)
    assert classifier.measurements[2] < 0.02  # the high is a year and a day ago


def test_measurements_are_what_they_say() -> None:
    classifier = RegimeClassifier()
    _, close = walked(classifier, wave(100, 0.001))
    assert classifier.measurements[0] == pytest.approx(0.06)
    assert classifier.measurements[1] == pytest.approx(0.01 * math.sqrt(252), rel=0.01)
    assert classifier.measurements[3] == pytest.approx(math.log(close / 100.0))


def test_a_close_that_is_no_price_is_refused() -> None:
    for close in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(UnusableSeries, match="give numbers above 0"):
            RegimeClassifier().note_day(close, 100.0)


def test_the_classifier_goes_on_from_its_state() -> None:
    first, moves = RegimeClassifier(), wave(100, 0.002) + wave(100, -0.004)
    _, close = walked(first, moves[:130])
    arrays, values = first.state()
    second = RegimeClassifier()
    second.restore(arrays, json.loads(json.dumps(values)))
    assert second.regime == first.regime
    assert walked(second, moves[130:], close) == walked(first, moves[130:], close)
    assert second.measurements == first.measurements
    with pytest.raises(UnusableSeries, match="regime is 'sideways'; give one of bull"):
        second.restore(arrays, values | {"regime": "sideways"})
