"""Trading strategies, one file each; importing this package registers them."""

from .noise import Noise

__all__ = ["Noise"]
