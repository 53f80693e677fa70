"""Pages read what kernels made; without compilation their tests would only wait for it."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder as those that need machine code."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.compiled)
