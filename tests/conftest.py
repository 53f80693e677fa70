"""What every test may ask for: sizes that fit an uncompiled run, and property tests that repeat."""

from __future__ import annotations

from collections.abc import Callable

import numba
import pytest
from hypothesis import HealthCheck, settings

COMPILED = not numba.config.DISABLE_JIT

# Compilation happens inside examples, so no example has a deadline; a failure must be the same on every machine.
settings.register_profile("compiled", deadline=None, derandomize=True)
settings.register_profile(
    "plain", deadline=None, derandomize=True, max_examples=10, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("compiled" if COMPILED else "plain")


@pytest.fixture
def scaled() -> Callable[[int], int]:
    """Return a function that gives a size back, a hundredth of it (10 at least) when nothing is compiled."""
    return lambda size: size if COMPILED else max(10, size // 100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out tests that need machine code when there is none."""
    if COMPILED:
        return
    for item in items:
        if item.get_closest_marker("compiled"):
            item.add_marker(pytest.mark.skip(reason="needs compiled kernels; NUMBA_DISABLE_JIT is set"))
