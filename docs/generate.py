"""Write the generated pages, all or those named; with --check, fail if a page is not what would be written.

python docs/generate.py [--check] [PAGE...]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import reference
import requirements

DOCS = Path(__file__).resolve().parent


def _requirements() -> str:
    return reference.NOT_EDITED + requirements.table(requirements.read(requirements.LIST.read_text(encoding="utf-8")))


PAGES: dict[str, Callable[[], str]] = {
    "requirements.md": _requirements,
    "scenario.md": reference.scenario_page,
    "tables.md": reference.tables_page,
    "cli.md": reference.cli_page,
}


def main(arguments: list[str]) -> int:
    """Write or check every page; return the exit code."""
    stale = []
    names = [name for name in arguments if name != "--check"] or list(PAGES)
    for name in names:
        path, text = DOCS / name, PAGES[name]()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in arguments:
        print(f"stale: {', '.join(stale)}; write them anew with: python docs/generate.py")
        return 1
    print(f"{'current' if not stale else 'written'}: {', '.join(stale or names)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
