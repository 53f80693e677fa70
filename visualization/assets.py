"""What the dashboard needs of a machine: its packages, and scripts that Solara would else ask a public network for."""

from __future__ import annotations

import site
import sys
from html import escape
from importlib.util import find_spec
from pathlib import Path

from ..core.errors import MissingExtra

PACKAGES = ("solara", "anywidget", "uvicorn")
NEEDED = ("@widgetti/solara-vuetify-app@10.1.1", "requirejs@2.3.6", "echarts@5.4.0/dist/echarts.esm.min.js")
"""Scripts, as the package ``solara-assets`` names them."""


def missing_packages() -> tuple[str, ...]:
    """Return the packages of the extra ``dashboard`` that are not installed."""
    return tuple(name for name in PACKAGES if find_spec(name) is None)


def assets_folder() -> Path:
    """Return the folder from which Solara serves scripts: that of its environment, or the user's."""
    solara = find_spec("solara")
    home = site.getuserbase() or ""
    users = solara is not None and bool(home) and (solara.origin or "").startswith(home)
    return Path(home if users else sys.prefix) / "share" / "solara" / "cdn"


def missing_assets() -> tuple[str, ...]:
    """Return the scripts that are not installed; with none missing the dashboard works offline."""
    return tuple(name for name in NEEDED if not (assets_folder() / name).exists())


def require() -> None:
    """Refuse to start a dashboard that could not be shown.

    Raises
    ------
    MissingExtra
        With the first package that is not there, and what installs it.
    """
    missing = missing_packages() or (("solara-assets",) if missing_assets() else ())
    if missing:
        raise MissingExtra("the dashboard", missing[0], "dashboard")


def excuse(missing: tuple[str, ...]) -> str:
    """Return a plain page that says which scripts are not there, and what installs them."""
    names = "".join(f"<li>{escape(name)}</li>" for name in missing)
    return plain_page(
        "The dashboard's scripts are not installed",
        f"<p>These were not found in {escape(str(assets_folder()))}:</p><ul>{names}</ul>"
        '<p>Install them: <code>pip install "catallaxy[dashboard]"</code>, then start again.</p>',
    )


def plain_page(title: str, body: str) -> str:
    """Return a page that needs no script."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>catallaxy</title>'
        '<meta name="viewport" content="width=device-width"><style>body{background:#0b0f14;color:#e5e7eb;'
        "font:15px/1.5 system-ui,sans-serif;max-width:44em;margin:4em auto;padding:0 1em}a{color:inherit}</style>"
        f"<h1>{escape(title)}</h1>{body}</html>"
    )
