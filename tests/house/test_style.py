"""What the linters do not see: everything public is explained and typed, and nothing is left half done."""

from __future__ import annotations

import ast
import re

from tests.house.house import ROOMS, ROOT, public_definitions, sources

UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def decorators(node: ast.AST) -> set[str]:
    return {ast.unparse(item).split("(")[0] for item in getattr(node, "decorator_list", ())}


def test_everything_public_says_what_it_is() -> None:
    """An override of a documented method, a property's setter and an overload speak through the first of their name."""
    silent = [
        name
        for module in sources()
        for name, node in public_definitions(module)
        if not ast.get_docstring(node)
        and not any(mark.endswith((".setter", "overload", "override")) for mark in decorators(node))
    ]

    assert silent == []


def test_everything_public_says_what_it_takes_and_gives() -> None:
    untyped = []
    for module in sources():
        for name, node in public_definitions(module):
            if isinstance(node, ast.ClassDef):
                continue
            takes = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if node.args.vararg:
                takes.append(node.args.vararg)
            if node.args.kwarg:
                takes.append(node.args.kwarg)
            bare = [taken.arg for taken in takes if taken.annotation is None and taken.arg not in ("self", "cls")]
            if bare or node.returns is None:
                untyped.append(f"{name}: {', '.join(bare) or 'its result'}")

    assert untyped == []


def test_nothing_is_left_unfinished() -> None:
    files = [path for room in (*ROOMS, "src", "tests", "docs", "benchmarks") for path in (ROOT / room).rglob("*.py")]

    assert len(files) > 50
    assert [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ] == []


def test_no_test_is_left_out_without_a_reason() -> None:
    skips = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail)\b(?!.*reason)(?!.*\"[^\"]{10,}\")")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "tests").rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if skips.search(line) and path.name != "test_style.py"
    ]

    assert found == []
