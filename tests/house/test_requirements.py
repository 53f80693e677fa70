"""The list of what was asked is whole, and claims nothing that no test shows."""

from __future__ import annotations

import runpy
from typing import Any

import pytest

from tests.house.house import ROOT

LIST = ROOT / "docs" / "requirements.toml"
HERE = "tests/house/test_requirements.py::test_the_list_can_be_trusted"

tools = runpy.run_path(str(ROOT / "docs" / "requirements.py"), run_name="requirements")


def a_list(**changes: object) -> list[Any]:
    """Return the project's list with its first item changed."""
    first, *rest = tools["read"](LIST.read_text(encoding="utf-8"))
    facts = vars(first) | {"state": "not yet", "tests": (), "replacement": "", "reason": ""} | changes
    return [tools["Item"](**facts), *rest]


def test_the_list_can_be_trusted() -> None:
    assert tools["problems"](tools["read"](LIST.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"state": "done"}, "E-01: is done without a test"),
        ({"state": "done", "tests": (HERE + "_not",)}, f"E-01: claims {HERE}_not, which does not exist"),
        ({"state": "done", "tests": ("README.md::test_x",)}, "E-01: claims README.md::test_x, which does not exist"),
        ({"state": "not yet", "tests": (HERE,)}, "E-01: has tests but is not yet done"),
        ({"state": "deviation", "tests": (HERE,)}, "E-01: deviates without saying how and why"),
        ({"state": "deviation", "replacement": "r", "reason": "w"}, "E-01: is deviation without a test"),
        ({"state": "maybe"}, "E-01: state is 'maybe'; give one of done, deviation, not yet"),
        ({"package": "soon"}, "E-01: package is 'soon'; give one of " + ", ".join(tools["PACKAGES"])),
    ],
)
def test_a_claim_that_cannot_be_kept_is_found(changes: dict[str, object], problem: str) -> None:
    assert problem in tools["problems"](a_list(**changes))


def test_missing_unknown_and_repeated_items_are_found() -> None:
    first, second, *rest = tools["read"](LIST.read_text(encoding="utf-8"))
    stranger = tools["Item"](id="E-99", asks="", package="later", state="not yet")

    found = tools["problems"]([first, first, stranger, *rest])

    assert found[:3] == ["E-02 is missing", "E-99 is not an item that was asked", "E-01 stands there 2 times"]
    assert second.id == "E-02"


def test_a_parametrised_test_is_found_by_its_name() -> None:
    assert tools["exists"](HERE + "[some-case]")


def test_marking_an_item_changes_its_state_and_nothing_else() -> None:
    text = '# head\n\n[[requirement]]\nid = "E-01"\nasks = "a"\npackage = "later"\nstate = "not yet"\n\n'
    planned = text + '[[requirement]]\nid = "E-02"\nasks = "b"\npackage = "later"\nstate = "not yet"\n'
    planned += 'replacement = "c"\nreason = "d"\n'

    done = tools["marked"](planned, "E-01", [HERE])
    both = tools["marked"](done, "E-02", [HERE, HERE])

    assert done == planned.replace('state = "not yet"\n', f'state = "done"\ntest = "{HERE}"\n', 1)
    assert [(item.state, len(item.tests)) for item in tools["read"](both)] == [("done", 1), ("deviation", 2)]


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError) as caught:
        tools["read"]('[[requirement]]\nid = "E-01"\ntests = "x"\n')

    assert str(caught.value).startswith("E-01: unknown field ['tests']; known: id, asks")
