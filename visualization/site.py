"""The site: which component answers which address, in the shared frame."""

from __future__ import annotations

from typing import Any

from .frame import PAGES, Frame, ui
from .pages.banks import Banks
from .pages.help import Help
from .pages.macro import Macro
from .pages.markets import Markets
from .pages.overview import Overview
from .pages.psychology import Psychology
from .pages.resources import Resources
from .pages.rules import Rules
from .pages.runs import Runs
from .pages.scenarios import Scenarios
from .pages.traders import Traders

_COMPONENTS: dict[str, Any] = {
    "": Overview,
    "macro": Macro,
    "markets": Markets,
    "resources": Resources,
    "banks": Banks,
    "scenarios": Scenarios,
    "runs": Runs,
    "psychology": Psychology,
    "rules": Rules,
    "traders": Traders,
    "help": Help,
}

routes = [
    ui.Route(path or "/", component=_COMPONENTS[path], label=name, layout=None if path else Frame)
    for path, name in PAGES
    if path in _COMPONENTS
]
