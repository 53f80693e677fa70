"""Arrows point down, nothing goes in circles, and inside the house imports are relative."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.house.house import MAY_IMPORT, imports, room_of, sources, tree


def test_a_room_imports_only_from_rooms_below_it() -> None:
    wrong = [
        f"{module}:{line} imports {target}"
        for module in sources()
        for target, _, line in imports(module)
        if room_of(target) != room_of(module) and room_of(target) not in MAY_IMPORT[room_of(module)]
    ]

    assert wrong == []


def test_no_module_of_a_room_imports_the_front_door() -> None:
    wrong = [
        f"{module}:{line}"
        for module in sources()
        if room_of(module) != "catallaxy"
        for target, _, line in imports(module)
        if room_of(target) == "catallaxy"
    ]

    assert wrong == []


def test_imports_that_run_at_import_time_go_in_no_circle() -> None:
    """A package's own `__init__` runs first, so whoever imports a module also waits for its package."""
    graph = {module: {target for target, _, _ in imports(module, lazy=False)} - {module} for module in sources()}

    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))

    assert set(order) >= set(sources())


def test_imports_inside_the_house_are_relative() -> None:
    wrong = [
        f"{module}:{line} {target}" for module in sources() for target, level, line in imports(module) if not level
    ]

    assert wrong == []


def test_no_module_names_hidden_truth_unless_it_lives_there() -> None:
    """Labels of manipulators and insiders are for scoring alone: nobody who acts, rules or watches may import them."""
    wrong = [
        f"{module}:{line}"
        for module in sources()
        if ".truth" not in module
        for target, _, line in imports(module)
        if ".truth" in target
    ]

    assert wrong == []


def test_every_module_says_what_it_is() -> None:
    silent = [module for module, path in sources().items() if not ast.get_docstring(tree(path))]

    assert silent == []
