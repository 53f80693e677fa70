"""The list of what was asked (`requirements.toml`): reading it, judging it, marking items, drawing the table.

python docs/requirements.py                                       what is wrong with the list, if anything
python docs/requirements.py mark ID TEST...                       done; or done differently, where that was planned
python docs/requirements.py mark ID --replacement .. --reason .. TEST...   a deviation, said here and now
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "docs" / "requirements.toml"

# Every item of the list, by the letter and number under which it was asked.
KNOWN = tuple(
    f"{letter}-{number:02}"
    for letter, last in (("E", 22), ("L", 56), ("W", 73), ("T", 25), ("C", 34), ("K", 9))
    for number in range(1, last + 1)
)
STATES = ("done", "deviation", "not yet")
PACKAGES = ("foundation", "economy", "market", "dashboard", "watch", "live", "research", "later")
FIELDS = ("id", "asks", "package", "state", "test", "replacement", "reason")


@dataclass(frozen=True)
class Item:
    """One thing that was asked, and what became of it."""

    id: str
    asks: str
    package: str
    state: str
    tests: tuple[str, ...] = ()
    replacement: str = ""
    reason: str = ""


def read(text: str) -> list[Item]:
    """Return the items of a list."""
    items = []
    for row in tomllib.loads(text)["requirement"]:
        unknown = set(row) - set(FIELDS)
        if unknown:
            raise ValueError(f"{row.get('id')}: unknown field {sorted(unknown)}; known: {', '.join(FIELDS)}")
        test = row.pop("test", ())
        items.append(Item(**row, tests=(test,) if isinstance(test, str) else tuple(test)))
    return items


def problems(items: list[Item]) -> list[str]:
    """Return what is wrong with a list, one sentence each; none if it can be trusted."""
    count = Counter(item.id for item in items)
    wrong = [f"{known} is missing" for known in KNOWN if known not in count]
    wrong += [f"{name} is not an item that was asked" for name in count if name not in KNOWN]
    wrong += [f"{name} stands there {times} times" for name, times in count.items() if times > 1]
    for item in items:
        wrong += [f"{item.id}: {problem}" for problem in _problems_of(item)]
    return wrong


def _problems_of(item: Item) -> list[str]:
    wrong = []
    if item.state not in STATES:
        wrong.append(f"state is {item.state!r}; give one of {', '.join(STATES)}")
    if item.package not in PACKAGES:
        wrong.append(f"package is {item.package!r}; give one of {', '.join(PACKAGES)}")
    if item.state == "not yet" and item.tests:
        wrong.append("has tests but is not yet done")
    if item.state in ("done", "deviation") and not item.tests:
        wrong.append(f"is {item.state} without a test")
    if item.state == "deviation" and not (item.replacement and item.reason):
        wrong.append("deviates without saying how and why")
    wrong += [f"claims {test}, which does not exist" for test in item.tests if not exists(test)]
    return wrong


def exists(test: str) -> bool:
    """Return whether ``tests/file.py::test_name`` (or ``::TestClass::test_name``) names a test."""
    file, *names = re.sub(r"\[.*\]$", "", test).split("::")
    return "::".join(names) in _tests_in(ROOT / file) if file.startswith("tests/") else False


@cache
def _tests_in(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            names.update(f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef))
        elif isinstance(node, ast.Assign):  # hypothesis: TestBook = BookMachine.TestCase
            names.update(f"{target.id}::runTest" for target in node.targets if isinstance(target, ast.Name))
    return frozenset(name for name in names if name.split("::")[-1].startswith(("test", "runTest")))


def table(items: list[Item]) -> str:
    """Return the page `docs/requirements.md`."""
    count = Counter(item.state for item in items)
    lines = [
        "# What was asked, and what became of it",
        "",
        f"{len(items)} items: {count['done']} done, {count['deviation']} done differently, {count['not yet']} not yet. "
        "The letter of an id says which description of the wish it came from. Tests are those that show the item.",
        "",
        "| id | asked | state | shown by, or brought by |",
        "|---|---|---|---|",
    ]
    for item in items:
        asked, shown = item.asks, f"package *{item.package}*"
        if item.state == "deviation":
            asked += f"<br>**Instead:** {item.replacement}. **Because:** {item.reason}."
        if item.tests:
            shown = "<br>".join(f"`{test}`" for test in item.tests)
        lines.append(f"| {item.id} | {asked} | {item.state} | {shown} |")
    return "\n".join(lines) + "\n"


def marked(text: str, name: str, tests: list[str], replacement: str = "", reason: str = "") -> str:
    """Return the list with one item marked done, or as a deviation where it has (or is given) a replacement."""
    blocks = text.split("[[requirement]]\n")
    for position, block in enumerate(blocks):
        if f'id = "{name}"\n' in block:
            blocks[position] = _marked(block, tests, replacement, reason)
            return "[[requirement]]\n".join(blocks)
    raise ValueError(f"{name} is not an item that was asked")


def _marked(block: str, tests: list[str], replacement: str, reason: str) -> str:
    lines = [line for line in block.rstrip("\n").split("\n") if not line.startswith(("state = ", "test = "))]
    for name, value in (("replacement", replacement), ("reason", reason)):
        if value:
            lines = [line for line in lines if not line.startswith(f"{name} = ")] + [f'{name} = "{value}"']
    deviates = any(line.startswith("replacement = ") for line in lines)
    listed = ", ".join(f'"{test}"' for test in tests)
    lines.append(f'state = "{"deviation" if deviates else "done"}"')
    lines.append(f"test = {listed}" if len(tests) == 1 else f"test = [{listed}]")
    lines.sort(key=lambda line: FIELDS.index(line.split(" = ", 1)[0]))
    return "\n".join(lines) + "\n\n"


def main(arguments: list[str]) -> int:
    """Run the command; see the head of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command")
    mark = commands.add_parser("mark", help="mark an item as done")
    mark.add_argument("id")
    mark.add_argument("tests", nargs="+")
    mark.add_argument("--replacement", default="")
    mark.add_argument("--reason", default="")
    given = parser.parse_args(arguments)
    if given.command == "mark":
        text = marked(LIST.read_text(encoding="utf-8"), given.id, given.tests, given.replacement, given.reason)
        LIST.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    wrong = problems(read(LIST.read_text(encoding="utf-8")))
    for problem in wrong:
        print(problem)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
