"""The house as data: its rooms in order, its source files, and who imports whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRONT_DOOR = "src/catallaxy"

# What a room may import from: itself and these. The order is that of the arrows, lowest first.
STOREYS = ("core", "ledger", "markets", "policies", "agents", "model", "batch", "visualization")
MAY_IMPORT: dict[str, frozenset[str]] = {room: frozenset(STOREYS[:i]) for i, room in enumerate(STOREYS)}
MAY_IMPORT["gateway"] = frozenset(STOREYS[: STOREYS.index("model") + 1])
MAY_IMPORT["scenarios"] = frozenset()
ROOMS = tuple(MAY_IMPORT)
MAY_IMPORT["catallaxy"] = frozenset(ROOMS)


@cache
def sources() -> dict[str, Path]:
    """Return every module of the package by its name, such as ``catallaxy.core.units``."""
    found = {}
    for room in (*ROOMS, FRONT_DOOR):
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            parts = parts[2:] if room == FRONT_DOOR else parts
            name = ".".join(("catallaxy", *(part for part in parts if part != "__init__")))
            found[name] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    """Return the parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def room_of(module: str) -> str:
    """Return the room of a module; the front door's is ``catallaxy``."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else "catallaxy"


def imports(module: str, *, lazy: bool = True) -> Iterator[tuple[str, int, int]]:
    """Yield (module of ours, level, line) for each import; ``lazy`` includes those inside functions.

    Imports under ``if TYPE_CHECKING:`` count as lazy: they never run.
    """
    path = sources()[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in _nodes(tree(path), lazy):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0, node.lineno) for alias in node.names if _ours(alias.name))
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            origin = ".".join(filter(None, (base, node.module or "")))
            if not _ours(origin):
                continue
            for alias in node.names:
                inner = f"{origin}.{alias.name}"
                yield (inner if inner in sources() else origin), node.level, node.lineno


def _ours(name: str) -> bool:
    return name == "catallaxy" or name.startswith("catallaxy.")


def _nodes(node: ast.AST, lazy: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not lazy and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if not lazy and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _nodes(child, lazy)


def public_definitions(module: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    """Yield the public functions and classes of a module, and the public methods of its public classes."""
    for node in tree(sources()[module]).body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        yield f"{module}.{node.name}", node
        for inner in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and not inner.name.startswith("_"):
                yield f"{module}.{node.name}.{inner.name}", inner
