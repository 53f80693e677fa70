"""Trading strategies, one file each; importing this package registers them."""

from .fundamentalist import Fundamentalist
from .herder import Herder
from .holder import Holder
from .hybrid import Hybrid
from .leveraged_value import LeveragedValue
from .market_maker import MarketMaker
from .mean_reversion import MeanReversion
from .momentum import Momentum
from .noise import Noise
from .ticker_producer import TickerProducer

__all__ = [
    "Fundamentalist",
    "Herder",
    "Holder",
    "Hybrid",
    "LeveragedValue",
    "MarketMaker",
    "MeanReversion",
    "Momentum",
    "Noise",
    "TickerProducer",
]
