"""The site: which component answers which address, in the shared frame."""

from __future__ import annotations

from typing import Any

from .frame import PAGES, Frame, ui
from .pages.overview import Overview

_COMPONENTS: dict[str, Any] = {"": Overview}

routes = [
    ui.Route(path or "/", component=_COMPONENTS[path], label=name, layout=Frame)
    for path, name in PAGES
    if path in _COMPONENTS
]
